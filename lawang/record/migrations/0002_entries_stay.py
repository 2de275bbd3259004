"""Entries are written once: the database itself refuses to change, remove or empty them."""

from django.db import migrations

REFUSE = """
create function record_entry_stays() returns trigger language plpgsql as $$
begin
    if tg_op = 'TRUNCATE' and current_setting('lawang.may_empty', true) = 'on' then
        return null;  -- a test database between two tests
    end if;
    raise exception 'record_entry is append-only: % refused', tg_op using errcode = 'restrict_violation';
end
$$;
create trigger record_entry_stays before update or delete on record_entry
    for each row execute function record_entry_stays();
create trigger record_entry_is_not_emptied before truncate on record_entry
    for each statement execute function record_entry_stays();
"""
ALLOW = """
drop trigger record_entry_is_not_emptied on record_entry;
drop trigger record_entry_stays on record_entry;
drop function record_entry_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("record", "0001_initial")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
