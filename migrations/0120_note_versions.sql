-- Comments (S0.4). The row of the timeline keeps the first words for ever; every change is a version beside it, so that
-- nothing anybody wrote is lost.
create table note_versions (
    interaction_id uuid not null,
    -- From 2: the first is the row itself.
    version integer not null,
    at timestamptz not null,
    author_user_id uuid not null references users (id),
    -- Null deletes.
    body text,
    constraint note_versions_pkey primary key (interaction_id, version),
    constraint note_versions_follow_the_first check (version > 1)
);

-- Whoever may change a comment of anybody, however old.
insert into role_rights (role_code, right_name, scope) values
    ('director', 'notes.correct', 'all'), ('administrator', 'notes.correct', 'all');
