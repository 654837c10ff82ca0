"""Entries and postings are never changed and never deleted: the database itself refuses (LEDGER 5.2)."""

from django.db import migrations

TABLES = ("ledger_entry", "ledger_posting")

SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is never changed'); END
"""
FUNCTION = """
CREATE FUNCTION ledger_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
"""
POSTGRESQL = """
CREATE TRIGGER {table}_never_changed BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION ledger_never_changed()
"""


# The second, independent check of I1: at the commit, the two sides of every entry written are equal.
# SQLite has no deferred trigger: there each posting must repeat the account and the amount of its entry's side.
BALANCED = """
CREATE FUNCTION ledger_entry_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT COALESCE(SUM(CASE side WHEN 'D' THEN amount ELSE -amount END), 0) FROM ledger_posting
      WHERE entry_id = NEW.entry_id) <> 0 THEN
    RAISE EXCEPTION 'entry % is not balanced', NEW.entry_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$
"""
DEFERRED = """
CREATE CONSTRAINT TRIGGER ledger_posting_balanced AFTER INSERT ON ledger_posting
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_balanced()
"""


AGREES = """
CREATE TRIGGER ledger_posting_agrees BEFORE INSERT ON ledger_posting
WHEN NOT EXISTS (
  SELECT 1 FROM ledger_entry e WHERE e.seq = NEW.entry_id AND e.amount = NEW.amount
  AND NEW.account_id = CASE NEW.side WHEN 'D' THEN e.debit_id WHEN 'C' THEN e.credit_id END)
BEGIN SELECT RAISE(ABORT, 'a posting says what its entry says'); END
"""


def guard(apps, editor):
    if editor.connection.vendor == "sqlite":
        for table in TABLES:
            for verb in ("UPDATE", "DELETE"):
                editor.execute(SQLITE.format(table=table, verb=verb))
        editor.execute(AGREES)
        return
    editor.execute(FUNCTION, None)
    for table in TABLES:
        editor.execute(POSTGRESQL.format(table=table))
    editor.execute(BALANCED, None)
    editor.execute(DEFERRED, None)


def unguard(apps, editor):
    if editor.connection.vendor == "sqlite":
        for table in TABLES:
            for verb in ("UPDATE", "DELETE"):
                editor.execute(f"DROP TRIGGER {table}_no_{verb}")
        editor.execute("DROP TRIGGER ledger_posting_agrees")
        return
    editor.execute("DROP TRIGGER ledger_posting_balanced ON ledger_posting")
    editor.execute("DROP FUNCTION ledger_entry_balanced()")
    for table in TABLES:
        editor.execute(f"DROP TRIGGER {table}_never_changed ON {table}")
    editor.execute("DROP FUNCTION ledger_never_changed()")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_bank_desk")]
    operations = [migrations.RunPython(guard, unguard)]
