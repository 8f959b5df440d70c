// Notion's own client: finds the database on a page, reads it two pages at a time, checks one todo and makes another.
import { Client, isFullPage } from "@notionhq/client";

const [base, token, page] = process.argv.slice(2);
const notion = new Client({ auth: token, baseUrl: base, notionVersion: "2025-09-03", retry: { maxRetries: 5 } });
const { results: blocks } = await notion.blocks.children.list({ block_id: page });
const database = await notion.databases.retrieve({ database_id: blocks.find((block) => block.type === "child_database").id });
const source = database.data_sources[0].id;
const pages = [];
let cursor;
do {
    const part = await notion.dataSources.query({ data_source_id: source, page_size: 2, start_cursor: cursor });
    pages.push(...part.results);
    cursor = part.next_cursor ?? undefined;
} while (cursor);
if (!pages.every(isFullPage)) throw new Error("a page is not whole");
const words = (page) => page.properties.Todo.title.map((piece) => piece.plain_text).join("");
const lines = pages.map((page) => `${words(page)}: ${page.properties.Status.select.name}`);
console.log(lines.sort().join("\n"));
const ship = pages.find((page) => words(page) === "Ship");
await notion.pages.update({ page_id: ship.id, properties: { Status: { select: { name: "Completed" } } } });
await notion.pages.create({
    parent: { type: "data_source_id", data_source_id: source },
    properties: { Todo: { title: [{ text: { content: "Call Ana" } }] } },
});
