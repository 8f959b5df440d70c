//! The topics that are known without a setting.

/// Each topic and its words; several words stand one behind the other. What a todo is about goes before what is to be
/// done about it, since the first topic that a todo has is its primary one. The names are those by which the original
/// program tagged what was said in its sessions; the words are whole ones here, in the forms in which todos use them.
pub(super) const TOPICS: [(&str, &str); 20] = [
    ("javascript", "javascript,js,typescript,ts,node,nodejs,npm,pnpm,yarn,react,vue,angular,svelte,vite"),
    ("python", "python,pip,django,flask,fastapi,pandas,numpy,jupyter,pytest"),
    ("rust", "rust,cargo,rustc,crate,crates,clippy"),
    ("go", "golang,go mod,go get,go build,go test"),
    ("ai_ml", "ai,ml,llm,llms,gpt,machine learning,neural,tensorflow,pytorch,embedding,embeddings,prompt,prompts"),
    ("blockchain", "blockchain,crypto,smart contract,smart contracts,web3,ethereum,solidity"),
    ("chittyos", "chittyos,chitty,chittychat,chittyid,chittychain,chittyflow,chittyrouter,chittyschema,chittycheck"),
    ("finance", "finance,payment,payments,transaction,transactions,accounting,invoice,invoices,billing,budget"),
    (
        "security",
        "security,auth,authentication,authorization,oauth,login,permission,permissions,encrypt,encryption,password,passwords,secret,secrets,vulnerability",
    ),
    (
        "database",
        "database,databases,db,sql,postgres,postgresql,mysql,sqlite,mongo,mongodb,redis,neon,drizzle,migration,migrations,schema",
    ),
    ("cloud", "cloud,aws,azure,gcp,cloudflare,vercel,netlify,s3"),
    (
        "devops",
        "devops,docker,dockerfile,kubernetes,k8s,helm,terraform,ci,cd,pipeline,pipelines,github actions,jenkins,deploy,deployment",
    ),
    ("api", "api,apis,endpoint,endpoints,rest,graphql,grpc,webhook,webhooks,openapi"),
    ("frontend", "frontend,front end,ui,ux,css,html,layout,component,components,stylesheet,accessibility"),
    ("backend", "backend,back end,server,servers,service,services,middleware,queue,worker,workers"),
    ("debugging", "bug,bugs,error,errors,fix,fixes,crash,crashes,debug,debugging,troubleshoot,regression,flaky"),
    ("testing", "test,tests,testing,qa,coverage,validate,verify,benchmark,benchmarks"),
    ("documentation", "document,documentation,docs,doc,readme,changelog,explain,guide,tutorial"),
    ("refactor", "refactor,refactoring,optimize,optimise,cleanup,clean up,reorganize,reorganise,rename,simplify"),
    ("feature", "feature,features,implement,implementation,build,develop"),
];
