-- One part of a run, in one statement and so in one transaction: either all of it is there, the checkpoint too, or
-- nothing. It writes nothing when somebody else was faster: the checkpoint is no longer what this run began on, or
-- another run has begun.
with doc as (select $1::text::jsonb as d),
guard as (
    insert into chittysync_checkpoint as c (store, commit_oid, projects, run)
    select d->>'store', case when (d->>'last')::bool then d->>'to' end,
           case when (d->>'last')::bool then d->'projects' else '[]' end, d->>'run'
    from doc
    where d->>'from' is null
       or exists (select 1 from chittysync_checkpoint where store = d->>'store')
    on conflict (store) do update set
        commit_oid = coalesce(excluded.commit_oid, c.commit_oid),
        projects = case when excluded.commit_oid is null then c.projects else excluded.projects end,
        run = excluded.run,
        at = now()
    where c.commit_oid is not distinct from (select d->>'from' from doc)
      and ((select (d->>'first')::bool from doc) or c.run = excluded.run)
    returning store
),
new_todos as (
    insert into todos (store, id, content, status, active_form, project, priority, description, session_id, device,
                       created_at, updated_at, deleted, properties, content_hash)
    select guard.store, x.id, x.content, x.status, x.active_form, x.project, x.priority, x.description, x.session_id,
           x.device, x.created_at, x.updated_at, x.deleted, x.properties, x.content_hash
    from guard, doc, jsonb_to_recordset(d->'todos') as x(id text, content text, status text, active_form text,
         project text, priority text, description text, session_id text, device text, created_at timestamptz,
         updated_at timestamptz, deleted boolean, properties jsonb, content_hash text)
    on conflict (store, id) do update set
        content = excluded.content, status = excluded.status, active_form = excluded.active_form,
        project = excluded.project, priority = excluded.priority, description = excluded.description,
        session_id = excluded.session_id, device = excluded.device, created_at = excluded.created_at,
        updated_at = excluded.updated_at, deleted = excluded.deleted, properties = excluded.properties,
        content_hash = excluded.content_hash
    where todos.content_hash is distinct from excluded.content_hash
),
new_history as (
    insert into todo_history (todo_content, status, session_id, "timestamp", previous_status, changed_by, store, todo_id,
                              project, device, commit_oid, op)
    select x.todo_content, x.status, x.session_id, x.at, x.previous_status, x.changed_by, guard.store, x.todo_id,
           x.project, x.device, x.commit_oid, x.op
    from guard, doc, jsonb_to_recordset(d->'history') as x(todo_content text, status text, session_id text,
         at timestamptz, previous_status text, changed_by text, todo_id text, project text, device text,
         commit_oid text, op text)
    on conflict (store, commit_oid, todo_id) do nothing
),
-- What was forgotten keeps its rows, without words.
forgotten as (
    update todo_history set todo_content = '' from guard, doc
    where todo_history.store = guard.store and todo_content <> ''
      and todo_id in (select jsonb_array_elements_text(d->'forgotten'))
),
new_sessions as (
    insert into sessions (store, id, agent, device, person, project, started_at, last_activity, ended_at, active_todos)
    select guard.store, x.id, x.agent, x.device, x.person, x.project, x.started_at, x.last_activity, x.ended_at,
           x.active_todos
    from guard, doc, jsonb_to_recordset(d->'sessions') as x(id text, agent text, device text, person text, project text,
         started_at timestamptz, last_activity timestamptz, ended_at timestamptz, active_todos integer)
    on conflict (store, id) do update set
        agent = excluded.agent, device = excluded.device, person = excluded.person, project = excluded.project,
        started_at = excluded.started_at, last_activity = excluded.last_activity, ended_at = excluded.ended_at,
        active_todos = excluded.active_todos
),
new_conflicts as (
    insert into conflicts (store, id, todo_id, todo_content, project, kept_session, kept_status, overruled_session,
                           overruled_status, overruled_at)
    select guard.store, x.id, x.todo_id, x.todo_content, x.project, x.kept_session, x.kept_status, x.overruled_session,
           x.overruled_status, x.overruled_at
    from guard, doc, jsonb_to_recordset(d->'conflicts') as x(id text, todo_id text, todo_content text, project text,
         kept_session text, kept_status text, overruled_session text, overruled_status text, overruled_at timestamptz)
    on conflict (store, id) do update set
        todo_content = excluded.todo_content, kept_session = excluded.kept_session,
        kept_status = excluded.kept_status, overruled_status = excluded.overruled_status,
        overruled_at = excluded.overruled_at
),
settled as (
    delete from conflicts using guard, doc
    where conflicts.store = guard.store and (d->>'last')::bool
      and conflicts.id not in (select c->>'id' from jsonb_array_elements(d->'conflicts') c)
),
-- At the end of a run that sent everything: what was not sent is not to be there.
old_todos as (
    delete from todos using guard, doc
    where todos.store = guard.store and d ? 'ids'
      and todos.id not in (select jsonb_array_elements_text(d->'ids'))
),
old_history as (
    delete from todo_history using guard, doc
    where todo_history.store = guard.store and d ? 'commits'
      and todo_history.commit_oid not in (select jsonb_array_elements_text(d->'commits'))
)
select count(*) from guard
