"""people: groups, passwords, single sign-on, sessions that can be told apart, an audit that is only added to."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import app.db

revision = '0004'
down_revision = '0003'

REFUSAL = 'the audit is only ever added to'


def text(length: int) -> sa.types.TypeEngine:
    return sqlmodel.sql.sqltypes.AutoString(length=length)


def upgrade() -> None:
    time = app.db.UTCDateTime(timezone=True)
    op.create_table('membership',
    sa.Column('person_id', text(200), nullable=False),
    sa.Column('group', text(100), nullable=False),
    sa.Column('begins_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id']),
    sa.PrimaryKeyConstraint('person_id', 'group', 'begins_on')
    )
    op.create_index('ix_membership_group', 'membership', ['group'])
    op.create_table('departure',
    sa.Column('person_id', text(200), nullable=False),
    sa.Column('reason', text(10), nullable=False),
    sa.Column('name', text(200), nullable=False),
    sa.Column('email', text(320), nullable=True),
    sa.Column('at', time, nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id']),
    sa.PrimaryKeyConstraint('person_id')
    )
    op.create_table('password',
    sa.Column('person_id', text(200), nullable=False),
    sa.Column('hash', text(200), nullable=False),
    sa.Column('chosen_at', time, nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id']),
    sa.PrimaryKeyConstraint('person_id')
    )
    op.create_table('identity',
    sa.Column('issuer', text(300), nullable=False),
    sa.Column('subject', text(255), nullable=False),
    sa.Column('person_id', text(200), nullable=False),
    sa.Column('created_at', time, nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id']),
    sa.PrimaryKeyConstraint('issuer', 'subject')
    )
    op.create_index('ix_identity_person_id', 'identity', ['person_id'])
    op.add_column('person', sa.Column('email', text(320), nullable=True))
    op.add_column('person', sa.Column('manager', text(200), nullable=True))
    op.add_column('person', sa.Column('tenure_from', sa.Date(), nullable=True))
    op.add_column('person', sa.Column('left_on', sa.Date(), nullable=True))
    op.add_column('person', sa.Column('disabled', sa.Boolean(), server_default='0', nullable=False))
    op.add_column('person', sa.Column('erased_at', time, nullable=True))
    op.add_column('person', sa.Column('gone_at', time, nullable=True))
    for column in ('email', 'manager', 'left_on'):
        op.create_index(f'ix_person_{column}', 'person', [column])
    op.add_column('sign_in', sa.Column('began_at', time, nullable=True))
    op.add_column('sign_in', sa.Column('seen_at', time, nullable=True))
    op.add_column('sign_in', sa.Column('device', text(60), server_default='', nullable=False))
    op.add_column('sign_in_link', sa.Column('purpose', text(10), server_default='sign-in', nullable=False))
    op.add_column('audit_entry', sa.Column('detail', sa.Text(), server_default='', nullable=False))
    for column in ('actor', 'subject'):
        op.create_index(f'ix_audit_entry_{column}', 'audit_entry', [column])
    keep_audit()


def keep_audit() -> None:
    """Nobody changes or deletes a line, not even this program. A later migration that copies the table calls it again."""
    if op.get_bind().dialect.name == 'sqlite':
        for verb in ('UPDATE', 'DELETE'):
            op.execute(
                f"CREATE TRIGGER audit_entry_no_{verb.lower()} BEFORE {verb} ON audit_entry "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        'CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry '
        'FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()'
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        for verb in ('update', 'delete'):
            op.execute(f'DROP TRIGGER audit_entry_no_{verb}')
    else:
        op.execute('DROP TRIGGER audit_entry_no_change ON audit_entry')
        op.execute('DROP FUNCTION audit_entry_refuse()')
    for column in ('actor', 'subject'):
        op.drop_index(f'ix_audit_entry_{column}', 'audit_entry')
    op.drop_column('audit_entry', 'detail')
    op.drop_column('sign_in_link', 'purpose')
    for column in ('device', 'seen_at', 'began_at'):
        op.drop_column('sign_in', column)
    for column in ('email', 'manager', 'left_on'):
        op.drop_index(f'ix_person_{column}', 'person')
    for column in ('gone_at', 'erased_at', 'disabled', 'left_on', 'tenure_from', 'manager', 'email'):
        op.drop_column('person', column)
    for table in ('identity', 'password', 'departure', 'membership'):
        op.drop_table(table)
