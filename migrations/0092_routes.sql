-- «WhatsApp, а если нет, SMS» (X3): a message for which the rule chose the channel keeps why, and goes by another one when
-- the first certainly did not take it. One message, one channel: never both.
alter table deliveries
    -- Why this channel, and [{account_id, account, channel, reason}] of those that the rule passed over.
    add column chosen_because text,
    add column passed_over jsonb,
    -- What the rule was asked to send; null where a person chose the channel.
    add column rule jsonb,
    -- The delivery that failed before this one, and the one that went in its stead.
    add column replaces uuid,
    add column replaced_by uuid,
    -- wanted: the rule looks for another channel; done: it found one; none: there was none.
    add column failover text,
    add constraint deliveries_failover_known check (failover in ('wanted', 'done', 'none'));
create index deliveries_failover_wanted on deliveries (id) where failover = 'wanted';
