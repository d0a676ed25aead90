-- Facts: what happened, recorded in the transaction that made it happen. The sealer gives each its position and hash after commit.
select 1;
