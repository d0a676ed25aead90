-- What is owed for what was done, what was paid of it, and what was given back.

-- The last number that a facility gave in a year: numbers have no gap, so whoever takes one waits for whoever took the one before.
create table bill_counter (
  facility_id uuid not null references facility (id),
  year int not null,
  last int not null,
  primary key (facility_id, year)
);

create table bill (
  id uuid primary key,
  facility_id uuid not null references facility (id),
  -- Who it is of now: the survivor of whom it was made for.
  patient_id uuid not null references patient (id),
  claimed_patient_id uuid not null references patient (id),
  order_id uuid references imaging_order (id),
  report_id uuid,
  -- Made by the program from the price of the order's procedure.
  drafted boolean not null default false,
  number text not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  -- Minor units of the currency; what is owed is total - paid + refunded.
  total bigint not null check (total >= 0),
  paid bigint not null default 0 check (paid >= 0),
  refunded bigint not null default 0 check (refunded between 0 and paid),
  status text not null check (status in ('PENDING', 'PARTIALLY_PAID', 'PAID', 'OVERDUE', 'VOID')),
  -- The last day on which it may be paid, at the facility; null: no end.
  due_date date,
  issued_at timestamptz(3) not null,
  -- The same as the facility's date.
  issued_on date not null,
  void_reason text,
  voided_at timestamptz(3),
  created_by text not null,
  version int not null default 1,
  updated_at timestamptz(3) not null,
  unique (facility_id, number),
  check (paid - refunded <= total),
  check ((status = 'VOID') = (voided_at is not null))
);
-- One bill for an order; a void one does not count.
create unique index bill_order on bill (order_id) where order_id is not null and status <> 'VOID';
create index bill_order_any on bill (order_id) where order_id is not null;
create index bill_patient on bill (patient_id, issued_at desc, id desc);
create index bill_claimed_patient on bill (claimed_patient_id);
create index bill_issued on bill (facility_id, issued_at desc, id desc);
create index bill_issued_everywhere on bill (issued_at desc, id desc);
create index bill_status on bill (facility_id, status, issued_at desc, id desc);
create index bill_report on bill (report_id) where report_id is not null;
-- What is owed: aging, and what becomes overdue.
create index bill_owed on bill (facility_id, due_date, id) where status in ('PENDING', 'PARTIALLY_PAID', 'OVERDUE');
create index bill_may_be_overdue on bill (due_date, id) where status in ('PENDING', 'PARTIALLY_PAID') and due_date is not null;

create table bill_line (
  id uuid primary key,
  bill_id uuid not null references bill (id),
  position int not null,
  code text not null,
  description text not null,
  quantity int not null check (quantity > 0),
  unit_amount bigint not null check (unit_amount >= 0),
  modifiers text[] not null default '{}',
  unique (bill_id, position)
);

create table payment (
  id uuid primary key,
  bill_id uuid not null references bill (id),
  facility_id uuid not null references facility (id),
  amount bigint not null check (amount > 0),
  method text not null,
  reference text,
  -- The same key pays a bill once.
  idempotency_key text,
  received_at timestamptz(3) not null,
  received_by text not null,
  received_by_name text not null
);
create unique index payment_key on payment (bill_id, idempotency_key) where idempotency_key is not null;
create index payment_bill on payment (bill_id, received_at, id);
create index payment_received on payment (facility_id, received_at desc, id desc);
create index payment_received_everywhere on payment (received_at desc, id desc);

create table refund (
  id uuid primary key,
  bill_id uuid not null references bill (id),
  facility_id uuid not null references facility (id),
  -- The payment that it gives back of; null: of what was paid in all.
  payment_id uuid references payment (id),
  amount bigint not null check (amount > 0),
  reason text not null,
  idempotency_key text,
  refunded_at timestamptz(3) not null,
  refunded_by text not null,
  refunded_by_name text not null
);
create unique index refund_key on refund (bill_id, idempotency_key) where idempotency_key is not null;
create index refund_bill on refund (bill_id, refunded_at, id);
create index refund_payment on refund (payment_id) where payment_id is not null;
create index refund_refunded on refund (facility_id, refunded_at desc, id desc);

create function refuse_change_of_money() returns trigger language plpgsql as $$
begin
  raise exception 'payments and refunds are not changed or removed: a wrong payment is refunded';
end $$;
create trigger payment_is_kept before update or delete on payment for each row execute function refuse_change_of_money();
create trigger payment_is_not_emptied before truncate on payment execute function refuse_change_of_money();
create trigger refund_is_kept before update or delete on refund for each row execute function refuse_change_of_money();
create trigger refund_is_not_emptied before truncate on refund execute function refuse_change_of_money();

-- Orders that were reported and have no bill, because their procedure has no price.
create table bill_without_price (
  order_id uuid primary key references imaging_order (id),
  facility_id uuid not null references facility (id),
  report_id uuid,
  since timestamptz(3) not null,
  -- When the bill was made, or somebody decided that there is none.
  settled_at timestamptz(3)
);
create index bill_without_price_open on bill_without_price (facility_id, since, order_id) where settled_at is null;
