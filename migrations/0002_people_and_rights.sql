-- Who may sign in and what they may see. Roles are data: a matrix of role, right and scope.
create table users (
    id uuid primary key,
    login text not null,
    name text not null,
    post text,
    phone text,
    -- argon2id in PHC form; null until the person has set a password by a link.
    password_hash text,
    disabled_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint users_login_lower check (login = lower(login) and login <> ''),
    constraint users_login_unique unique (login),
    constraint users_name_present check (name <> '')
);

create table roles (
    code text primary key,
    name text not null,
    constraint roles_name_unique unique (name)
);

create table role_rights (
    role_code text not null references roles (code) on delete cascade,
    right_name text not null,
    scope text not null,
    constraint role_rights_pkey primary key (role_code, right_name),
    constraint role_rights_scope_known check (scope in ('own', 'all'))
);

create table user_roles (
    user_id uuid not null references users (id),
    role_code text not null references roles (code),
    constraint user_roles_pkey primary key (user_id, role_code)
);
create index user_roles_by_role on user_roles (role_code);

create table sessions (
    -- SHA-256 of the 32 random bytes in the cookie.
    token_hash bytea primary key,
    id uuid not null,
    user_id uuid not null references users (id),
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at timestamptz not null,
    remote text not null,
    user_agent text not null,
    constraint sessions_id_unique unique (id)
);
create index sessions_by_user on sessions (user_id);

create table api_keys (
    id uuid primary key,
    user_id uuid not null references users (id),
    name text not null,
    -- SHA-256 of the key; its first characters are kept to recognise it.
    key_hash bytea not null,
    prefix text not null,
    -- Rights the key has; a right that its owner lost is lost to the key too.
    rights text[] not null,
    created_at timestamptz not null,
    last_used_at timestamptz,
    revoked_at timestamptz,
    constraint api_keys_hash_unique unique (key_hash)
);
create index api_keys_by_user on api_keys (user_id);

-- One-time links: the first administrator's set-up and a new user's first password.
create table password_links (
    token_hash bytea primary key,
    user_id uuid references users (id),
    purpose text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    constraint password_links_purpose_known check (purpose in ('setup', 'password'))
);

-- Wrong passwords, per login and per address; slowed, then locked.
create table login_failures (
    subject text primary key,
    failures integer not null,
    last_failure_at timestamptz not null,
    locked_until timestamptz
);

-- Who did what, from where, with the values before and after. Append-only, for everyone.
create table audit_log (
    id uuid primary key,
    at timestamptz not null,
    user_id uuid,
    actor text not null,
    remote text,
    action text not null,
    subject_kind text not null,
    subject_id text not null,
    before jsonb,
    after jsonb
);
create index audit_log_by_subject on audit_log (subject_kind, subject_id, id);

create function audit_log_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'audit_log is append-only';
end
$$;
create trigger audit_log_append_only before update or delete or truncate on audit_log
    for each statement execute function audit_log_is_append_only();

insert into roles (code, name) values
    ('manager', 'Менеджер'),
    ('head_of_sales', 'РОП'),
    ('director', 'Руководитель'),
    ('administrator', 'Системный администратор'),
    ('secretary', 'Секретарь'),
    ('accountant', 'Бухгалтер'),
    ('deputy_chief_accountant', 'Зам. главного бухгалтера'),
    ('lawyer', 'Юрист'),
    ('operator_1c', 'Оператор 1С'),
    ('storekeeper', 'Кладовщик'),
    ('driver', 'Водитель'),
    ('logistician', 'Логист'),
    ('technical_specialist', 'Технический специалист'),
    ('seller', 'Продавец'),
    ('senior_seller', 'Старший продавец'),
    ('cashier', 'Кассир'),
    ('call_centre_operator', 'Оператор колл-центра'),
    ('call_centre_head', 'Руководитель колл-центра');

insert into role_rights (role_code, right_name, scope) values
    ('manager', 'clients.read', 'own'), ('manager', 'clients.write', 'own'),
    ('seller', 'clients.read', 'own'), ('seller', 'clients.write', 'own'),
    ('senior_seller', 'clients.read', 'own'), ('senior_seller', 'clients.write', 'own'),
    ('call_centre_operator', 'clients.read', 'own'), ('call_centre_operator', 'clients.write', 'own'),
    ('head_of_sales', 'clients.read', 'all'), ('head_of_sales', 'clients.write', 'all'),
    ('head_of_sales', 'clients.join', 'all'), ('head_of_sales', 'clients.transfer', 'all'),
    ('call_centre_head', 'clients.read', 'all'), ('call_centre_head', 'clients.write', 'all'),
    ('director', 'clients.read', 'all'), ('director', 'clients.write', 'all'),
    ('director', 'clients.join', 'all'), ('director', 'clients.transfer', 'all'),
    ('director', 'contacts.correct', 'all'), ('director', 'audit.read', 'all'),
    ('secretary', 'clients.read', 'all'),
    ('administrator', 'clients.read', 'all'), ('administrator', 'clients.write', 'all'),
    ('administrator', 'clients.join', 'all'), ('administrator', 'clients.transfer', 'all'),
    ('administrator', 'contacts.correct', 'all'), ('administrator', 'audit.read', 'all'),
    ('administrator', 'users.manage', 'all'), ('administrator', 'accounts.manage', 'all'),
    ('administrator', 'raw_log.read', 'all'), ('administrator', 'raw_log.replay', 'all');
