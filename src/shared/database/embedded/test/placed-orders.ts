import { Client } from 'pg';

export async function ask(url: string | undefined, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

export async function placeOrder(url: string | undefined): Promise<void> {
  await ask(url, "create table placed_order as select 'ord_1' as id");
}

export function orders(url: string | undefined): Promise<unknown[]> {
  return ask(url, 'select id from placed_order');
}
