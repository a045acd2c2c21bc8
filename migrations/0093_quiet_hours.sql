-- Mailings wait out the client's night (I.9). What is held is a planned message with a reason, so that answers pass it.
alter table deliveries
    -- A person has confirmed that it goes in quiet hours.
    add column at_night boolean not null default false,
    -- Why it waits until due_at, in words.
    add column held text;
