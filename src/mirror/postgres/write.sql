-- One part of a run, in one statement and so in one transaction: either all of it is there, the checkpoint too, or
-- nothing. It writes nothing when somebody else was faster: the checkpoint is no longer what this run began on, or
-- another run has begun. Todos, history and conflicts come as an array for each column, which takes half the
-- time of one value of JSON; all else is in $1.
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
-- Lists that rows are looked for in. Each is taken out of the value once, and not for every row.
forgotten_ids as (select jsonb_array_elements_text(d->'forgotten') as id from doc),
gone_sessions as (select jsonb_array_elements_text(d->'gone_sessions') as id from doc),
all_sessions as (select jsonb_array_elements_text(d->'all_sessions') as id from doc),
conflict_ids as (select unnest($27::text[]) as id),
all_ids as (select jsonb_array_elements_text(d->'ids') as id from doc),
all_commits as (select jsonb_array_elements_text(d->'commits') as id from doc),
-- What kind of part it is: whether all is told of conflicts, of sessions, of everything.
part as (
    select guard.store, (d->>'last')::bool as is_last, d ? 'all_sessions' as tells_sessions, d ? 'ids' as tells_all
    from guard, doc
),
new_todos as (
    insert into todos (store, id, content, status, active_form, project, priority, description, session_id, device,
                       created_at, updated_at, deleted, properties, content_hash)
    select guard.store, x.id, x.content, x.status, x.active_form, x.project, x.priority, x.description, x.session_id,
           x.device, x.created_at::timestamptz, x.updated_at::timestamptz, x.deleted::boolean, x.properties::jsonb,
           x.content_hash
    from guard, unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
         $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[]) as x(id, content, status, active_form,
         project, priority, description, session_id, device, created_at, updated_at, deleted, properties, content_hash)
    on conflict (store, id) do update set
        content = excluded.content, status = excluded.status, active_form = excluded.active_form,
        project = excluded.project, priority = excluded.priority, description = excluded.description,
        session_id = excluded.session_id, device = excluded.device, created_at = excluded.created_at,
        updated_at = excluded.updated_at, deleted = excluded.deleted, properties = excluded.properties,
        content_hash = excluded.content_hash
    -- Whatever is not as it is to be, also what somebody changed by hand.
    where todos.* is distinct from excluded.*
),
new_history as (
    insert into todo_history as h (todo_content, status, session_id, "timestamp", previous_status, changed_by, store, todo_id,
                              project, device, commit_oid, op)
    select x.todo_content, x.status, x.session_id, x."timestamp"::timestamptz, x.previous_status, x.changed_by, guard.store,
           x.todo_id, x.project, x.device, x.commit_oid, x.op
    from guard, unnest($16::text[], $17::text[], $18::text[], $19::text[], $20::text[], $21::text[], $22::text[],
         $23::text[], $24::text[], $25::text[], $26::text[]) as x(todo_content, status, session_id, "timestamp",
         previous_status, changed_by, todo_id, project, device, commit_oid, op)
    on conflict (store, commit_oid, todo_id) do update set
        todo_content = excluded.todo_content, status = excluded.status, session_id = excluded.session_id,
        "timestamp" = excluded."timestamp", previous_status = excluded.previous_status,
        changed_by = excluded.changed_by, project = excluded.project, device = excluded.device, op = excluded.op
    where (h.todo_content, h.status, h.session_id, h."timestamp", h.previous_status, h.changed_by, h.project, h.device, h.op)
        is distinct from (excluded.todo_content, excluded.status, excluded.session_id, excluded."timestamp",
        excluded.previous_status, excluded.changed_by, excluded.project, excluded.device, excluded.op)
),
-- What was forgotten keeps its rows, without words.
forgotten as (
    update todo_history set todo_content = '' from part, forgotten_ids
    where todo_history.store = part.store and todo_content <> '' and todo_id = forgotten_ids.id
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
    where sessions.* is distinct from excluded.*
),
gone as (
    delete from sessions using part, gone_sessions where sessions.store = part.store and sessions.id = gone_sessions.id
),
old_sessions as (
    delete from sessions using part
    where sessions.store = part.store and tells_sessions and sessions.id not in (select id from all_sessions)
),
new_conflicts as (
    insert into conflicts (store, id, todo_id, todo_content, project, kept_session, kept_status, overruled_session,
                           overruled_status, overruled_at)
    select guard.store, x.id, x.todo_id, x.todo_content, x.project, x.kept_session, x.kept_status, x.overruled_session,
           x.overruled_status, x.overruled_at::timestamptz
    from guard, unnest($27::text[], $28::text[], $29::text[], $30::text[], $31::text[], $32::text[], $33::text[],
         $34::text[], $35::text[]) as x(id, todo_id, todo_content, project, kept_session, kept_status,
         overruled_session, overruled_status, overruled_at)
    on conflict (store, id) do update set
        todo_id = excluded.todo_id, todo_content = excluded.todo_content, project = excluded.project,
        kept_session = excluded.kept_session, kept_status = excluded.kept_status,
        overruled_session = excluded.overruled_session, overruled_status = excluded.overruled_status,
        overruled_at = excluded.overruled_at
    where conflicts.* is distinct from excluded.*
),
settled as (
    delete from conflicts using part
    where conflicts.store = part.store and is_last and conflicts.id not in (select id from conflict_ids)
),
-- At the end of a run that sent everything: what was not sent is not to be there.
old_todos as (
    delete from todos using part
    where todos.store = part.store and tells_all and todos.id not in (select id from all_ids)
),
old_history as (
    delete from todo_history using part
    where todo_history.store = part.store and tells_all
      and todo_history.commit_oid not in (select id from all_commits)
)
select count(*) from guard
