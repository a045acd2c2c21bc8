-- Who sits at which extension. A call rings an extension; the ring card, a call from here and the answer to "who should
-- take this call" need the employee.
create table extensions (
    account_id uuid not null references accounts (id),
    -- As dialled, without the account's prefix; leading zeros count.
    number text not null,
    user_id uuid not null references users (id),
    seated_at timestamptz not null,
    constraint extensions_pkey primary key (account_id, number),
    constraint extensions_number_dialled check (number ~ '^[0-9]{1,20}$')
);
create index extensions_by_user on extensions (user_id, account_id, number);
