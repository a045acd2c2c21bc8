-- Calls started from here. One press is one row and at most one question to the provider: it rings two phones, so that a
-- lost answer is told as lost and nothing is asked again. The call itself comes by its events, like any other.
create table call_requests (
    -- Made by whoever pressed the button.
    id uuid primary key,
    user_id uuid not null references users (id),
    account_id uuid not null references accounts (id),
    extension text not null,
    -- The number called, `+79…`.
    number text not null,
    -- asking: the provider has not answered yet; unknown: it never did.
    state text not null default 'asking',
    -- Why it was refused, in words.
    reason text,
    -- The provider's id of the request, which its events repeat.
    external_id text,
    requested_at timestamptz not null,
    answered_at timestamptz,
    constraint call_requests_state_known check (state in ('asking', 'accepted', 'refused', 'unknown'))
);
create index call_requests_by_user on call_requests (user_id, requested_at);
create index call_requests_by_external on call_requests (account_id, external_id) where external_id is not null;

-- A call finds its request, and a request its call, by the id that both hold.
create index interactions_requested_calls on interactions ((content #>> '{call,requested}'))
    where kind = 'call' and content #>> '{call,requested}' is not null;
