-- A client in a dispute: nothing of it is deleted by term (I.10).
create table legal_holds (
    client_id uuid primary key references clients (id),
    reason text not null,
    user_id uuid not null references users (id),
    since timestamptz not null,
    constraint legal_holds_reason_present check (reason <> '')
);

insert into role_rights (role_code, right_name, scope) values
    ('director', 'recordings.hold', 'all'), ('administrator', 'recordings.hold', 'all'),
    ('lawyer', 'recordings.hold', 'all');
