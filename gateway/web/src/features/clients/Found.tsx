import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, unwrap, type Schema } from '@/api/client';
import type { ClientStub } from '@/shared/clients';
import { Failed, Nothing } from '@/shared/ui/States';
import { StubDialog } from '@/shared/ui/Stub';
import { quoted } from '@/shared/words/quoted';
import { Bones } from './Bones';
import classes from './ClientList.module.css';

/** What a search finds: own clients with what they were found by, and foreign ones as stubs. */
export function Found({ text }: { text: string }) {
  const found = useQuery({
    queryKey: ['search', text, 'list'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/search', { params: { query: { text, limit: 50 } }, signal })),
  });
  const [stub, setStub] = useState<ClientStub>();
  if (found.isPending) return <Bones />;
  if (found.isError) return <Failed error={found.error} again={() => void found.refetch()} />;
  const { clients, foreign } = found.data;
  if (clients.length + foreign.length === 0) {
    return (
      <Nothing title={`По запросу ${quoted(text)} никого нет`}>
        Проверьте написание или введите ИНН либо последние 4 цифры номера. Раскладка и алфавит не важны.
      </Nothing>
    );
  }
  return (
    <>
      <ul className={classes.found}>
        {clients.map((client) => (
          <FoundRow key={client.id} client={client} />
        ))}
      </ul>
      {foreign.length > 0 && (
        <section className={classes.foreign} aria-label="Чужие клиенты">
          <h2>Чужие клиенты</h2>
          <p className="soft">Видны только название, ИНН и ответственный. Нажмите на строку, чтобы запросить доступ.</p>
          <ul className={classes.found}>
            {foreign.map((one, index) => (
              <li key={index}>
                <button type="button" className={`${classes.card} ${classes.stub}`} onClick={() => setStub(one)}>
                  <span className="link">{one.name}</span>
                  <span className={classes.more}>
                    {one.inn && <span className="numbers">ИНН {one.inn}</span>}
                    <span>Ответственный — {one.responsible ?? 'не назначен'}</span>
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      {stub && <StubDialog stub={stub} onClose={() => setStub(undefined)} />}
    </>
  );
}

const FOUND_BY: Partial<Record<Schema<'FoundBy'>, string>> = {
  inn: 'по ИНН',
  inn_start: 'по началу ИНН',
  phone: 'по номеру',
  contact: 'по контактному лицу',
};

function FoundRow({ client }: { client: Schema<'FoundClient'> }) {
  return (
    <li className={classes.card}>
      <Link to="/clients/$clientId" params={{ clientId: client.id }} className="link">
        {client.name}
      </Link>
      <span className={classes.more}>
        {FOUND_BY[client.by] && <span>Найден {FOUND_BY[client.by]}</span>}
        {client.contact && client.contact.name !== client.name && <span>{client.contact.name}</span>}
        {client.inn && <span className="numbers">ИНН {client.inn}</span>}
        {client.city && <span>{client.city}</span>}
        <span>{client.responsible ?? 'общая база'}</span>
      </span>
    </li>
  );
}
