-- Templates that providers approve, as our accounts have them there: what may be sent to a person who has not written for
-- long, and why a template may not. One that vanished at the provider stays and is marked.
create table provider_templates (
    id uuid primary key,
    account_id uuid not null,
    -- The provider's id.
    external_id text not null,
    name text not null,
    -- As the provider writes it: the same name may exist in several languages.
    language text not null,
    category text not null,
    -- As the connector says: only 'approved' may be sent.
    status text not null,
    -- Why it was rejected or paused.
    reason text,
    quality text,
    -- connector_api::TemplateComponent, an array.
    components jsonb not null,
    -- How our people call its fields and what fills them: key -> {label, source}.
    bindings jsonb not null default '{}',
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    -- When the provider last spoke of its state, by list or by notice: an older word changes nothing.
    told_at timestamptz not null,
    -- Since when the provider lists it no more.
    gone_at timestamptz,
    constraint provider_templates_name_unique unique (account_id, name, language)
);

-- When an account's list was last asked for, and what came of it.
create table template_syncs (
    account_id uuid primary key,
    asked_at timestamptz not null,
    -- The last time it succeeded.
    done_at timestamptz,
    -- Why the last one failed, in words.
    error text
);
