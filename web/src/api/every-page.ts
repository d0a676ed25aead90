/** What one list of choices may cost: more is not chosen from, it is searched. */
const most = 5_000;
const pageSize = 200;

interface Page<Row> {
  data: Row[];
  pagination: { next: string | null };
}

/** All of a list that people choose from, part by part; the first 5000 of a longer one. */
export async function everyPage<Row>(
  load: (paging: { limit: number; offset: number }) => Promise<Page<Row>>,
): Promise<{ data: Row[] }> {
  const all: Row[] = [];
  for (;;) {
    const { data, pagination } = await load({ limit: pageSize, offset: all.length });
    all.push(...data);
    if (pagination.next === null || data.length === 0 || all.length >= most) return { data: all };
  }
}
