-- What a mirror in PostgreSQL is made of. Sent as one query, which is one transaction, as often as wanted.
select pg_advisory_xact_lock(4831270115);

create table if not exists chittysync_checkpoint (
    store text primary key,
    commit_oid text,
    projects jsonb not null default '[]',
    run text not null,
    at timestamptz not null default now()
);

create table if not exists todos (
    store text not null,
    id text not null,
    content text not null,
    status text not null,
    active_form text,
    project text not null,
    priority text,
    description text,
    session_id text not null,
    device text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted boolean not null default false,
    properties jsonb not null default '{}',
    content_hash text not null,
    primary key (store, id)
);
create index if not exists todos_project_status on todos (project, status);

-- The first seven columns are those of the original.
create table if not exists todo_history (
    id bigserial primary key,
    todo_content text not null,
    status text not null,
    session_id text not null,
    "timestamp" timestamptz default now(),
    previous_status text,
    changed_by text,
    store text not null,
    todo_id text not null,
    project text not null,
    device text not null,
    commit_oid text not null,
    op text not null,
    unique (store, commit_oid, todo_id)
);
create index if not exists todo_history_todo on todo_history (todo_id, "timestamp");

create table if not exists sessions (
    store text not null,
    id text not null,
    agent text,
    device text not null,
    person text,
    project text,
    started_at timestamptz not null,
    last_activity timestamptz not null,
    ended_at timestamptz,
    active_todos integer not null,
    primary key (store, id)
);

create table if not exists conflicts (
    store text not null,
    id text not null,
    todo_id text not null,
    todo_content text not null,
    project text not null,
    kept_session text not null,
    kept_status text not null,
    overruled_session text not null,
    overruled_status text not null,
    overruled_at timestamptz not null,
    primary key (store, id)
);

-- How long it took from the first word of a todo to the first that it was done.
create or replace view todo_time_to_done as
select store, todo_id, max(project) as project, min("timestamp") as added_at,
       min("timestamp") filter (where status = 'completed') as done_at,
       min("timestamp") filter (where status = 'completed') - min("timestamp") as took
from todo_history group by store, todo_id
having count(*) filter (where status = 'completed') > 0;

-- Who finishes most.
create or replace view todo_finishers as
select store, project, changed_by, session_id, count(distinct todo_id) as completed, max("timestamp") as latest
from todo_history
where status = 'completed' and previous_status is distinct from 'completed'
group by store, project, changed_by, session_id;

-- What was done, and then was not.
create or replace view todo_regressions as
select store, todo_id, todo_content, project, status, session_id, changed_by, "timestamp"
from todo_history where previous_status = 'completed' and status <> 'completed';

-- How many todos of a project were open at the end of each day on which something was said: opened less closed, each
-- todo counted by the last word of the day.
create or replace view project_burn_down as
with days as (
    select distinct on (store, todo_id, day) store, project, todo_id, day, is_open from (
        select store, project, todo_id, ("timestamp" at time zone 'UTC')::date as day, "timestamp", id,
               (status in ('pending', 'in_progress'))::int as is_open
        from todo_history
    ) said order by store, todo_id, day, "timestamp" desc, id desc
), steps as (
    select store, project, day,
           is_open - coalesce(lag(is_open) over (partition by store, todo_id order by day), 0) as step
    from days
)
select store, project, day, sum(sum(step)) over (partition by store, project order by day)::int as open
from steps group by store, project, day;
