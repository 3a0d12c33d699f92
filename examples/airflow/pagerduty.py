"""PagerDuty into PostgreSQL each hour, as an Airflow DAG that mails what failed.

`load` runs ../load.sh, `check` runs ../check.sh on what is loaded. Copy this file into the folder
of DAGs; docs/deploy.md says what has to be installed beside it.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone

from airflow.providers.smtp.notifications.smtp import SmtpNotifier
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

# The directory of load.sh, check.sh and check.sql; those scripts say what they take from the
# environment of the workers.
SCRIPTS = os.environ["PAGERDUTY_SCRIPTS"]


def mail() -> SmtpNotifier:
    """Return what mails a failure, through the connection `smtp_default`.

    Each task gets its own: a notifier fills its templates in once, in place.
    """
    return SmtpNotifier(
        from_email=os.environ["PAGERDUTY_MAIL_FROM"],
        to=os.environ["PAGERDUTY_MAIL_TO"],
        subject="PagerDuty: {{ ti.task_id }} failed, run of {{ dag_run.run_after }}",
        html_content="{{ exception }}<p>The log: {{ ti.log_url }}",
    )


with DAG(
    dag_id="pagerduty",
    schedule="17 * * * *",
    start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
    # A run reads all that is new, so runs that were missed need not be made up for.
    catchup=False,
    # A second run beside the first would start from the same state and read the same again.
    max_active_runs=1,
) as dag:
    load = BashOperator(
        task_id="load",
        # Without the space Airflow takes what ends in `.sh` for the name of a template.
        bash_command=f"exec {SCRIPTS}/load.sh ",
        # On a timeout, Airflow sends SIGTERM and does not wait: a retry should not come before the
        # target has committed, which load.sh refuses with status 75.
        execution_timeout=timedelta(hours=6),
        retries=2,
        retry_delay=timedelta(minutes=5),
        on_failure_callback=mail(),
    )
    check = BashOperator(
        task_id="check",
        bash_command=f"exec {SCRIPTS}/check.sh ",
        # What failed to load is late, too.
        trigger_rule="all_done",
        on_failure_callback=mail(),
    )
    load >> check
