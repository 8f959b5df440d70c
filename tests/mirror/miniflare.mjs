// Cloudflare's own D1 and KV on this machine, asked by the paths of its API. Prints its port, and ends with its input.
import { Miniflare } from "miniflare";

const miniflare = new Miniflare({
    modules: true,
    script: "export default { fetch() { return new Response() } }",
    d1Databases: { DB: "d" },
    kvNamespaces: { KV: "n" },
    host: "127.0.0.1",
    port: 0,
    unsafeLocalExplorer: true,
});
console.log((await miniflare.ready).port);
process.stdin.on("end", async () => {
    await miniflare.dispose();
    process.exit(0);
});
process.stdin.resume();
