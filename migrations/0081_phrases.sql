-- «Заготовки»: texts written beforehand, with fields in braces. Those of the company are for everybody, others are one
-- person's own.
create table phrases (
    id uuid primary key,
    kind text not null,
    -- Whose own it is; null for one of the company.
    owner_id uuid references users (id),
    name text not null,
    -- Typed behind a slash it finds the text; lower case.
    code text,
    text text not null,
    -- The language that clients read it in.
    language text not null,
    -- Order among those of one kind and one owner; not unique while they are moved.
    position integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint phrases_kind_known check (kind in ('quick_reply', 'sms')),
    constraint phrases_language_known check (language in ('ru', 'ky', 'kk', 'en')),
    constraint phrases_name_present check (name <> ''),
    constraint phrases_text_present check (text <> '')
);
-- A code means one text for each person; a person's own goes before the company's.
create unique index phrases_code_unique on phrases (kind, owner_id, code) nulls not distinct where code is not null;
create index phrases_in_order on phrases (kind, position, id);

-- Texts of the company are written by those who answer for how it speaks.
insert into role_rights (role_code, right_name, scope) values
    ('administrator', 'phrases.manage', 'all'),
    ('director', 'phrases.manage', 'all'),
    ('head_of_sales', 'phrases.manage', 'all'),
    ('call_centre_head', 'phrases.manage', 'all')
on conflict do nothing;
