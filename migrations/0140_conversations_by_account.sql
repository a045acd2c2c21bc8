-- After a gap a provider that keeps a history by conversation is asked about each conversation of the account, page by page.
create index conversations_by_account on conversations (account_id, id);
