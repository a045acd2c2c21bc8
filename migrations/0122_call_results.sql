-- What a person says came of a call; every word stays, the newest counts. And which call a comment was written about.
create table call_results (
    interaction_id uuid not null,
    version integer not null,
    at timestamptz not null,
    author_user_id uuid not null references users (id),
    -- Null takes the word back.
    result text,
    constraint call_results_pkey primary key (interaction_id, version),
    constraint call_results_result_known check (
        result in ('agreed', 'call_again', 'sending_documents', 'not_interested', 'not_reached', 'wrong_number'))
);

create table call_notes (
    note_id uuid primary key,
    call_id uuid not null
);
