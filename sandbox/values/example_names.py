"""Example names that the account is made of: people, teams, services, tools, what breaks."""

from __future__ import annotations

from sandbox.values.names import Names

# ruff: noqa: RUF001 - dashes and such are what is wanted here
USERS = (
    ("Earline Greenholt", "Director of Engineering", "America/Lima"),
    ("Kyler Kuhn", "Senior Engineer", "Asia/Hong_Kong"),
    ("Tim Wright", "Site Reliability Engineer", "America/New_York"),
    ("José Núñez García", "Ingeniero de plataforma", "Europe/Madrid"),
    ("Zoë O'Brien-Müller", None, "Europe/Berlin"),
    ("佐藤 健", "SRE", "Asia/Tokyo"),
    ("Nguyễn Thị Minh Khai", "Database Administrator", "Asia/Ho_Chi_Minh"),
    ("Ольга Смирнова", None, "Europe/Sofia"),
    ("محمد العلي", "Network Engineer", "Asia/Dubai"),
    ("Łukasz Żółć", "DevOps “ninja”", "Europe/Warsaw"),
    ("Siobhán Ní Dhálaigh", "Support Lead", "Europe/Dublin"),
    ("Priya Raghunathan", "Staff Engineer", "Asia/Kolkata"),
    ("김민준", None, "Asia/Seoul"),
    ("Ana Beatriz de Souza", "Engineering Manager", "America/Sao_Paulo"),
    ("Chidi Okonkwo", "Platform Engineer", "Africa/Lagos"),
    ("Søren Ærø", "Incident Commander", "Europe/Copenhagen"),
    ("Mia Chen 🚒", "On-call Coordinator", "America/Los_Angeles"),
    ('Robert "Bobby" Tables', None, "America/Chicago"),
    ("Ida Līepa", "Security Engineer", "Europe/Riga"),
    ("Tomáš Dvořák", None, "Europe/Prague"),
    ("Grace Wanjiru", "Data Engineer", "Africa/Nairobi"),
    ("Noa Ben-David", "QA Lead", "Asia/Jerusalem"),
    ("Liam Fitzgerald", "Observer", "Australia/Sydney"),
    ("PagerDuty Admin", "Account Owner", "America/New_York"),
    ("Regina Phalange", None, None),
    ("Jim Halpert", "Sales Engineer", "America/New_York"),
    ("Gone Already", None, "Etc/UTC"),
)

ROLES = (
    "owner",
    "admin",
    "admin",
    "limited_user",
    "limited_user",
    "user",
    "user",
    "user",
    "read_only_user",
    "read_only_limited_user",
    "observer",
    "restricted_access",
)

COLORS = (
    "purple",
    "red",
    "green",
    "blue",
    "teal",
    "orange",
    "brown",
    "turquoise",
    "dark-slate-grey",
)

TEAMS = (
    ("Engineering", "All engineering"),
    ("Platform", "Clusters, networks, builds"),
    ("Données & Analyse", None),
    ("Payments", "Money in, money out"),
    ("Customer Support", "First line\nSecond line"),
    ("Security 🔐", "Only the paranoid survive"),
)

SERVICES = (
    ("Checkout API", "Carts, orders and the path to payment"),
    ("Payment Gateway", "Cards and bank transfers"),
    ("My Mail Service", None),
    ("Search", "Query and indexing"),
    ("Kubernetes (eu-west-1)", "Clusters of the EU region"),
    ("Kubernetes (us-east-1)", "Clusters of the US region"),
    ("PostgreSQL – primary", "Primary database, replicas and backups"),
    ("CDN & Edge", 'Everything that says "edge"'),
    ("Données: pipeline ETL", "Entrepôt de données"),
    ("Login / SSO", "Sign-on for staff and customers"),
    ("Mobile push", None),
    ("Statusseite", "Öffentliche Statusseite"),
    ("Legacy Billing (retired)", "Deleted from the account, still referenced"),
)

POLICIES = (
    "Engineering Escalation Policy",
    "Platform 24×7",
    "Payments – critical",
    "Data (business hours)",
    "Another Escalation Policy",
    "Security",
)

SCHEDULES = (
    ("Daily Engineering Rotation", "Rotation schedule for engineering", "America/New_York"),
    ("Platform primary", "Follow the sun", "Europe/Berlin"),
    ("Platform secondary", None, "Europe/Berlin"),
    ("Payments weekly", "", "America/Los_Angeles"),
    ("Données – heures ouvrées", "Du lundi au vendredi", "Europe/Paris"),
)

PRIORITIES = (
    ("P1", "Critical issue that warrants public notification and liaison with executive teams"),
    ("P2", "Critical system issue actively impacting many customers' ability to use the product"),
    ("P3", "Stability or minor customer-impacting issues that require immediate attention"),
    ("P4", "Minor issues requiring action, but not affecting customer ability to use the product"),
    ("P5", "Cosmetic issues or bugs, not affecting customer ability to use the product"),
)

TAGS = (
    "Batman", "eu-west-1", "tier 1", "tier 2", "kostenstelle: 4711", "日本", "needs review",
    "follow-the-sun", "deprecated?", 'owner="platform"', "🔥",
)  # fmt: skip

BUSINESS_SERVICES = (
    ("Online shop", "What customers see", "PagerDuty Admin"),
    ("Payroll", None, None),
    ("stand-alone node", "Very important business function", "PagerDuty Admin"),
    ("Internal tools", "", "it@example.com"),
    ("Cross-tier business service", None, "PagerDuty Admin"),
    ("Kundenportal", "Für Geschäftskunden", None),
)

VENDORS = tuple(
    """
    Amazon CloudWatch|Amazon EventBridge|Amazon GuardDuty|Ansible|Apica|AppDynamics|AppOptics|
    AppSignal|Auvik|AWS CloudTrail|AWS Health|AWS Security Hub|Azure Alerts|BMC TrueSight|
    BigPanda|Bugsnag|Catchpoint|Centreon|Checkly|Chef|Chronosphere|Circonus|CircleCI|Cisco Meraki|
    Cloudflare|CloudHealth|Codefresh|Consul|Coralogix|CopperEgg|Crashlytics|Cronitor|CrowdStrike|
    Datadog|Dead Man's Snitch|Dotcom-Monitor|Druva|Dynatrace|ElastAlert|Elastic|Email|Epsagon|
    Errorception|Events API V1|Events API V2|Exoprise|Fabric|Freshdesk|Freshservice|Ganglia|
    GitHub|GitLab|Google Cloud Monitoring|Grafana|Gremlin|Graylog|Groundwork|Harness|
    HashiCorp Vault|HetrixTools|Honeybadger|Honeycomb|Hosted Graphite|HP SiteScope|Humio|
    Hund|Icinga2|Instana|JFrog|Jenkins CI|Jira Cloud|Jira Server|Kaholo|Kentik|Keynote|Kibana|
    LaunchDarkly|Librato|LightStep|LogDNA|Logentries|Loggly|LogicMonitor|LogRhythm|Logz.io|
    Mezmo|Microsoft SCOM|Monit|MongoDB Cloud Manager|Moogsoft|N-able|Nagios|Netdata|NetApp|
    New Relic|Nimsoft|Observium|OpenNMS|OpsBridge|Panopta|Papertrail|Pingdom|PRTG|Prometheus|
    Puppet|Raygun|Rollbar|Rundeck|Runscope|Salesforce|Sematext|Sensu|Sentry|ServiceNow|SignalFx|
    Site24x7|SolarWinds Orion|Splunk|StatusCake|Stackdriver|Sumo Logic|Sysdig|ThousandEyes|
    Uptime Robot|VictorOps|Wavefront|Zabbix|Zendesk
    """.replace("\n", "").split("|")
)

INTEGRATIONS = (
    "events_api_v2_inbound_integration",
    "generic_email_inbound_integration",
    "aws_cloudwatch_inbound_integration",
    "nagios_inbound_integration",
)

TITLES = (
    "The server is on fire.",
    "High CPU on {host}",
    "Disk usage above 95% on {host}: /var/lib/postgresql",
    "HTTP 5xx rate > 2% for {service}",
    "p99 latency of {service} above 1200 ms",
    '[FIRING:3] KubePodCrashLooping (pod "{host}", ns "default")',
    "Replication lag on {host} is 742 s",
    "Certificate for *.example.com expires in 3 days",
    "Überlauf der Warteschlange „mail-out“ auf {host}",
    "決済サービスの応答がありません ({host})",
    "الخدمة {host} لا تستجيب",
    "🔥🔥 {service} is down 🚒 – all hands",
    "Family emoji 👨‍👩‍👧‍👦 and flag 🏳️‍🌈 in an alert from {host}",
    'Path C:\\Program Files\\{host}\\logs\\error.log: "access denied"',
    "Line one\nline two\r\nline three\tafter a tab ({host})",
    "literal \\u0000 and \\n in a title, and a % sign: 100%",
    "SELECT * FROM incidents WHERE title = 'Robert''); DROP TABLE students;--'",
    '{"alert": "json in the title", "host": "{host}"}',
    "Line separator \u2028 and zero width \u200b and combining e\u0301 ({host})",
    "Synthetic check {service} failed from 4 of 5 regions",
    "Job nightly-export did not finish (exit code 137)",
    "DatabaseConnectionError: could not connect to {host}:5432",
    "Deadlock detected in {service}",
    "Queue depth 18342 > 10000 on {host}",
    " leading and trailing blanks ",
)

HOSTS = ("web-01", "web-02", "db-primary", "db-replica-3", "k8s-node-17", "mail-eu-1", "edge-fra2")

NOTES = (
    "Looking into it.",
    "Rolled back release 2026.4.1, error rate is falling.",
    "Neustart hat geholfen – Ursache noch unklar 🤔",
    'See the runbook:\n1. drain the node\n2. restart the "agent"\n3. C:\\temp\\check.bat',
    "再起動しました。",
    "False alarm; threshold raised from 80 to 90.",
    "Vendor ticket #4711 opened, waiting.",
)

STATUS_UPDATES = (
    "We are investigating elevated error rates.",
    "A fix is being rolled out.",
    "Monitoring the recovery; next update in 30 minutes.",
)

LONG_PARAGRAPH = (
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit; the stack trace follows:\n"
    '  File "/srv/app/worker.py", line 118, in run\n    raise TimeoutError("…")\n'
) * 40

HOSTILE = Names(
    users=USERS,
    teams=TEAMS,
    services=SERVICES,
    policies=POLICIES,
    schedules=SCHEDULES,
    priorities=PRIORITIES,
    vendors=VENDORS,
    tags=TAGS,
    business_services=BUSINESS_SERVICES,
    notes=NOTES,
    status_updates=STATUS_UPDATES,
)
