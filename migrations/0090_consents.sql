-- Whether a person takes messages that are no answer to him (I.9): every word of it, by whoever and whenever, is kept, and
-- what is in force follows from the set of them. So no order of arrival matters, and a join or a split of cards needs no
-- repair: a word of a channel belongs to the address it came from, a word of ours to the card.
create table consents (
    -- The row of the timeline that shows it.
    id uuid primary key,
    contact_id uuid,
    identity_id uuid,
    kind text not null,
    state text not null,
    source text not null,
    account_id uuid,
    -- The person's own words, the provider's, or the ground that our employee named.
    quote text,
    at timestamptz not null,
    user_id uuid,
    recorded_at timestamptz not null,
    constraint consents_one_owner check ((contact_id is null) <> (identity_id is null)),
    constraint consents_kind_known check (kind in ('service', 'advertising')),
    -- resumed: the person takes back a stop that he pressed at the provider, and nothing else.
    constraint consents_state_known check (state in ('given', 'withdrawn', 'unknown', 'resumed')),
    constraint consents_source_known check (source in ('stop_word', 'provider', 'person'))
);
create index consents_by_contact on consents (contact_id) where contact_id is not null;
create index consents_by_identity on consents (identity_id) where identity_id is not null;

-- Words by which a person ends advertising. A message is measured by the words of its own moment, so that events that are
-- applied again mean what they meant then, however the list has changed.
create table stop_words (
    word text not null,
    since timestamptz not null,
    until timestamptz,
    constraint stop_words_pkey primary key (word, since),
    constraint stop_words_present check (word <> '')
);
insert into stop_words (word, since) values
    ('стоп', '-infinity'), ('stop', '-infinity'), ('отписаться', '-infinity');

-- What a message is for. Answers need no consent; what was pressed before this migration was written by hand.
alter table deliveries add column purpose text not null default 'reply';
alter table deliveries add constraint deliveries_purpose_known check (purpose in ('reply', 'service', 'advertising'));

-- «Правила рассылок»: words, quiet hours, the order of channels.
insert into role_rights (role_code, right_name, scope) values
    ('director', 'messages.rules', 'all'), ('administrator', 'messages.rules', 'all');
