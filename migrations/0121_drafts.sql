-- What a person has begun to write: an answer in a conversation, or a comment on a client. An emptied draft keeps its row
-- and version, so that a device which was away cannot bring the old words back.
create table drafts (
    user_id uuid not null references users (id),
    kind text not null,
    -- The conversation or the client.
    subject_id uuid not null,
    body text not null,
    -- Counts the saves; a save names the one it was made from.
    version bigint not null,
    updated_at timestamptz not null,
    constraint drafts_pkey primary key (user_id, kind, subject_id),
    constraint drafts_kind_known check (kind in ('reply', 'note'))
);
create index drafts_begun on drafts (user_id, updated_at desc) where body <> '';
