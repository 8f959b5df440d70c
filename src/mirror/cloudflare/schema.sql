-- What a mirror in D1 is made of: a statement each, with an empty line between. Run as often as wanted.
create table if not exists chittysync_checkpoint (
    store text primary key, commit_oid text, projects text not null default '[]', run text not null, at text not null
)

create table if not exists todos (
    store text not null, id text not null, content text not null, status text not null, active_form text,
    project text not null, priority text, description text, session_id text not null, device text,
    created_at text not null, updated_at text not null, deleted integer not null default 0,
    properties text not null default '{}', content_hash text not null, run text not null, primary key (store, id)
)

create index if not exists todos_project_status on todos (project, status)

create table if not exists todo_history (
    id integer primary key, todo_content text not null, status text not null, session_id text not null,
    "timestamp" text, previous_status text, changed_by text, store text not null, todo_id text not null,
    project text not null, device text not null, commit_oid text not null, op text not null, run text not null,
    unique (store, commit_oid, todo_id)
)

create index if not exists todo_history_todo on todo_history (todo_id, "timestamp")

create table if not exists sessions (
    store text not null, id text not null, agent text, device text not null, person text, project text,
    started_at text not null, last_activity text not null, ended_at text, active_todos integer not null,
    primary key (store, id)
)

create table if not exists conflicts (
    store text not null, id text not null, todo_id text not null, todo_content text not null, project text not null,
    kept_session text not null, kept_status text not null, overruled_session text not null,
    overruled_status text not null, overruled_at text not null, primary key (store, id)
)

create table if not exists chittysync_inbox (body text not null)

create trigger if not exists chittysync_apply after insert on chittysync_inbox begin
    insert into chittysync_checkpoint (store, commit_oid, projects, run, at)
    values (new.body ->> '$.store', case when new.body ->> '$.last' then new.body ->> '$.to' end,
            new.body -> '$.projects', new.body ->> '$.run', new.body ->> '$.at')
    on conflict (store) do update set
        commit_oid = coalesce(excluded.commit_oid, commit_oid),
        projects = case when excluded.commit_oid is null then projects else excluded.projects end,
        run = excluded.run, at = excluded.at;
    insert into todos (store, id, content, status, active_form, project, priority, description, session_id, device,
                       created_at, updated_at, deleted, properties, content_hash, run)
    select new.body ->> '$.store', value ->> '$.id', value ->> '$.content', value ->> '$.status',
           value ->> '$.active_form', value ->> '$.project', value ->> '$.priority', value ->> '$.description',
           value ->> '$.session_id', value ->> '$.device', value ->> '$.created_at', value ->> '$.updated_at',
           value ->> '$.deleted', value -> '$.properties', value ->> '$.content_hash', new.body ->> '$.run'
    from json_each(new.body, '$.todos') where true
    on conflict (store, id) do update set
        content = excluded.content, status = excluded.status, active_form = excluded.active_form,
        project = excluded.project, priority = excluded.priority, description = excluded.description,
        session_id = excluded.session_id, device = excluded.device, created_at = excluded.created_at,
        updated_at = excluded.updated_at, deleted = excluded.deleted, properties = excluded.properties,
        content_hash = excluded.content_hash, run = excluded.run;
    insert into todo_history (todo_content, status, session_id, "timestamp", previous_status, changed_by, store, todo_id,
                              project, device, commit_oid, op, run)
    select value ->> '$.todo_content', value ->> '$.status', value ->> '$.session_id', value ->> '$.timestamp',
           value ->> '$.previous_status', value ->> '$.changed_by', new.body ->> '$.store', value ->> '$.todo_id',
           value ->> '$.project', value ->> '$.device', value ->> '$.commit_oid', value ->> '$.op',
           new.body ->> '$.run'
    from json_each(new.body, '$.history') where true
    on conflict (store, commit_oid, todo_id) do update set
        todo_content = excluded.todo_content, status = excluded.status, session_id = excluded.session_id,
        "timestamp" = excluded."timestamp", previous_status = excluded.previous_status,
        changed_by = excluded.changed_by, project = excluded.project, device = excluded.device, op = excluded.op,
        run = excluded.run;
    update todo_history set todo_content = '' where store = new.body ->> '$.store' and todo_content <> ''
        and todo_id in (select value from json_each(new.body, '$.forgotten'));
    insert into sessions (store, id, agent, device, person, project, started_at, last_activity, ended_at, active_todos)
    select new.body ->> '$.store', value ->> '$.id', value ->> '$.agent', value ->> '$.device', value ->> '$.person',
           value ->> '$.project', value ->> '$.started_at', value ->> '$.last_activity', value ->> '$.ended_at',
           value ->> '$.active_todos'
    from json_each(new.body, '$.sessions') where true
    on conflict (store, id) do update set
        agent = excluded.agent, device = excluded.device, person = excluded.person, project = excluded.project,
        started_at = excluded.started_at, last_activity = excluded.last_activity, ended_at = excluded.ended_at,
        active_todos = excluded.active_todos;
    delete from sessions where store = new.body ->> '$.store'
        and id in (select value from json_each(new.body, '$.gone_sessions'));
    delete from sessions where store = new.body ->> '$.store' and new.body -> '$.all_sessions' is not null
        and id not in (select value from json_each(new.body, '$.all_sessions'));
    delete from conflicts where store = new.body ->> '$.store' and new.body ->> '$.last';
    insert into conflicts (store, id, todo_id, todo_content, project, kept_session, kept_status, overruled_session,
                           overruled_status, overruled_at)
    select new.body ->> '$.store', value ->> '$.id', value ->> '$.todo_id', value ->> '$.todo_content',
           value ->> '$.project', value ->> '$.kept_session', value ->> '$.kept_status',
           value ->> '$.overruled_session', value ->> '$.overruled_status', value ->> '$.overruled_at'
    from json_each(new.body, '$.conflicts') where true;
    -- At the end of a run that sent everything: what it did not send is not to be there.
    delete from todos where store = new.body ->> '$.store' and run <> new.body ->> '$.run'
        and new.body ->> '$.whole' and new.body ->> '$.last';
    delete from todo_history where store = new.body ->> '$.store' and run <> new.body ->> '$.run'
        and new.body ->> '$.whole' and new.body ->> '$.last';
    delete from chittysync_inbox;
end
