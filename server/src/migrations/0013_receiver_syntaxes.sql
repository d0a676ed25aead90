-- The transfer syntaxes that a receiver is sent, the most welcome first; any that it accepts where empty. Some accept what they cannot show.
alter table modality add column transfer_syntaxes text[] not null default '{}';
