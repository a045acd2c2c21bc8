-- Messages whose fate their provider did not tell by itself: when it is asked next. No row: not asked yet.
create table state_questions (
    delivery_id uuid primary key,
    -- Null: not asked any more.
    next_at timestamptz
);

-- Those that a provider may be asked after: few days of one account.
create index deliveries_by_acceptance on deliveries (account_id, finished_at)
    where state = 'accepted' and action = 'message';
