"""A plausible company: its people, teams and services, and what their monitoring reports."""

from __future__ import annotations

from typing import NamedTuple

from sandbox.values import example_names
from sandbox.values.names import Names, Texts

# Places of the teams in `TEAMS`.
ENGINEERING, PLATFORM, PAYMENTS, STOREFRONT, DATA, SUPPORT = range(6)


class Person(NamedTuple):
    """Somebody who works there."""

    name: str
    title: str
    zone: str
    team: int
    role: str = "user"


PEOPLE = (
    Person("Ingrid Solberg", "VP Engineering", "Europe/Berlin", ENGINEERING, "owner"),
    Person("Daniel Okafor", "Engineering Manager", "America/New_York", ENGINEERING, "admin"),
    Person("Hannah Weiss", "Engineering Manager", "Europe/Berlin", ENGINEERING, "admin"),
    Person("Marcus Reed", "Engineering Manager", "America/Chicago", ENGINEERING, "admin"),
    Person("Lena Hoffmann", "Site Reliability Engineer", "Europe/Berlin", PLATFORM),
    Person("Tomasz Nowak", "Site Reliability Engineer", "Europe/Warsaw", PLATFORM),
    Person("Priya Raman", "Senior SRE", "Europe/London", PLATFORM),
    Person("Caleb Turner", "Site Reliability Engineer", "America/New_York", PLATFORM),
    Person("Sofia Alvarez", "Platform Engineer", "America/Chicago", PLATFORM),
    Person("Jordan Miles", "Platform Engineer", "America/Los_Angeles", PLATFORM),
    Person("Amara Nwosu", "Staff Engineer", "America/New_York", PAYMENTS),
    Person("Ethan Brooks", "Senior Engineer", "America/New_York", PAYMENTS),
    Person("Grace Kim", "Software Engineer", "America/Chicago", PAYMENTS),
    Person("Luis Ortega", "Software Engineer", "America/New_York", PAYMENTS),
    Person("Emma Lindqvist", "Senior Engineer", "Europe/Stockholm", STOREFRONT),
    Person("Noah Fischer", "Software Engineer", "Europe/Berlin", STOREFRONT),
    Person("Chloe Martin", "Software Engineer", "Europe/Paris", STOREFRONT),
    Person("Oliver Hughes", "Software Engineer", "Europe/London", STOREFRONT),
    Person("Katarzyna Zielinska", "Data Engineer", "Europe/Warsaw", DATA),
    Person("Felix Brandt", "Data Engineer", "Europe/Berlin", DATA),
    Person("Megan Shaw", "Support Lead", "Europe/London", SUPPORT, "limited_user"),
    Person("Ryan Patel", "Support Engineer", "Europe/London", SUPPORT, "limited_user"),
    Person("Julia Costa", "Finance Controller", "Europe/Lisbon", ENGINEERING, "observer"),
    Person("Victor Lang", "Platform Engineer", "Europe/Berlin", PLATFORM),
    Person("Stephanie Cole", "Software Engineer", "America/New_York", PAYMENTS),
)
MANAGERS = range(1, 4)

TEAMS = (
    ("Engineering", "Everybody who builds and runs the product"),
    ("Platform", "Clusters, databases and networks"),
    ("Payments", "Card payments, payouts and invoices"),
    ("Storefront", "Web shop, search and sign-in"),
    ("Data", "Warehouse, reports and nightly jobs"),
    ("Customer Support", "First contact for customers"),
)


class Alert(NamedTuple):
    """What a service's monitoring reports."""

    title: str
    urgency: str
    priority: int
    """Place in the list of priorities: 1 is P2."""
    odds: int
    """How often, compared with the service's other alerts."""
    recovers: int = 0
    """How often in 100 it is over before anybody acts."""


class Service(NamedTuple):
    """A service, and its habits."""

    name: str
    description: str
    team: int
    odds: tuple[int, int, int, int]
    """How often it has an incident: on a working day, release afternoon, night, weekend."""
    alerts: tuple[Alert, ...]
    flapping: int = -1
    """Place of the alert that comes several times in a row; -1: none does."""


SERVICES = (
    Service(
        "Checkout API", "Carts, orders and the path to payment", STOREFRONT, (16, 40, 6, 12),
        (
            Alert("Checkout API: 5xx rate above 2 %", "high", 1, 5, 10),
            Alert("Checkout API: p95 latency above 800 ms", "high", 2, 7, 20),
            Alert("Checkout API: error budget burn rate above 6x", "high", 1, 2),
            Alert("Checkout API: dependency tax-service slow", "low", 3, 3),
        ),
        flapping=1,
    ),
    Service(
        "Payment Gateway", "Cards and bank transfers", PAYMENTS, (10, 18, 6, 14),
        (
            Alert("Payment Gateway: authorisation success rate below 97 %", "high", 1, 5),
            Alert("Payment Gateway: timeouts from card processor", "high", 1, 5, 25),
            Alert("Payment Gateway: payout batch delayed", "low", 3, 3),
            Alert("Payment Gateway: webhook retries above 500", "low", 3, 3),
        ),
        flapping=1,
    ),
    Service(
        "Web Storefront", "Product pages and cart", STOREFRONT, (12, 34, 2, 8),
        (
            Alert("Web Storefront: synthetic check failed from 3 of 5 regions", "high", 1, 3, 20),
            Alert("Web Storefront: JavaScript errors above baseline", "low", 3, 6),
            Alert("Web Storefront: largest contentful paint above 4 s", "low", 4, 3),
        ),
    ),
    Service(
        "Search", "Query and indexing", STOREFRONT, (8, 10, 3, 5),
        (
            Alert("Search: indexing lag above 15 min", "low", 3, 6),
            Alert("Search: query latency p99 above 1.5 s", "high", 2, 4, 25),
            Alert("Search: heap usage above 85 % on search-data-2", "low", 3, 3),
        ),
    ),
    Service(
        "Kubernetes eu-west-1", "Clusters in Europe", PLATFORM, (10, 12, 4, 10),
        (
            Alert("KubePodCrashLooping: checkout-worker (eu-west-1)", "high", 2, 4, 20),
            Alert("KubeNodeNotReady: ip-10-2-14-87 (eu-west-1)", "high", 2, 3, 40),
            Alert("KubeHpaMaxedOut: storefront-web (eu-west-1)", "low", 3, 4),
            Alert("Persistent volume 90 % full: loki-ingester-0 (eu-west-1)", "low", 3, 3),
        ),
    ),
    Service(
        "Kubernetes us-east-1", "Clusters in the US", PLATFORM, (7, 8, 3, 7),
        (
            Alert("KubePodCrashLooping: payments-worker (us-east-1)", "high", 2, 4, 20),
            Alert("KubeNodeNotReady: ip-10-8-3-121 (us-east-1)", "high", 2, 3, 40),
            Alert("KubeHpaMaxedOut: search-api (us-east-1)", "low", 3, 4),
        ),
    ),
    Service(
        "PostgreSQL", "Order database, replicas and backups", PLATFORM, (8, 8, 6, 10),
        (
            Alert("PostgreSQL: replication lag above 60 s on orders-replica-2", "high", 2, 8, 60),
            Alert("PostgreSQL: connections above 90 % on orders-primary", "high", 1, 3),
            Alert("PostgreSQL: disk 85 % full on orders-primary", "low", 3, 3),
            Alert("PostgreSQL: base backup took longer than 4 h", "low", 4, 2),
        ),
        flapping=0,
    ),
    Service(
        "CDN", "Edge caches and DNS", PLATFORM, (4, 4, 2, 5),
        (
            Alert("CDN: cache hit ratio below 80 %", "low", 3, 5),
            Alert("CDN: origin errors above 1 %", "high", 1, 3, 40),
            Alert("TLS certificate expires in 14 days: static.acme.example", "low", 4, 2),
        ),
    ),
    Service(
        "Data Warehouse", "Nightly jobs and reports", DATA, (7, 5, 80, 14),
        (
            Alert("Nightly job orders_daily failed (exit code 137)", "high", 2, 7),
            Alert("Nightly job revenue_report missed its deadline of 05:00", "high", 2, 6),
            Alert("Warehouse load queue older than 60 min", "high", 2, 4, 35),
            Alert("Data quality check failed: orders_daily row count", "low", 3, 3),
        ),
    ),
    Service(
        "Login", "Sign-in of customers and staff", STOREFRONT, (5, 10, 2, 4),
        (
            Alert("Login: failure rate above 5 %", "high", 1, 3, 10),
            Alert("Login: unusual number of password resets", "low", 3, 3),
        ),
    ),
    Service(
        "Email Delivery", "Order confirmations and newsletters", SUPPORT, (7, 5, 2, 4),
        (
            Alert("Email Delivery: bounce rate above 4 %", "low", 3, 4),
            Alert("Email Delivery: queue older than 20 min", "low", 3, 5),
        ),
    ),
    Service(
        "Help Centre", "Tickets, chat and articles", SUPPORT, (5, 4, 1, 3),
        (
            Alert("Help Centre: chat widget does not load", "low", 3, 3),
            Alert("Help Centre: ticket sync delayed", "low", 4, 4),
        ),
    ),
    Service("Legacy Billing", "Replaced by Payment Gateway", PAYMENTS, (0, 0, 0, 0), ()),
)  # fmt: skip

OUTAGES = (
    (0, "Outage: customers cannot check out"),
    (1, "Outage: card payments are declined"),
    (6, "Outage: order database does not accept writes"),
    (2, "Outage: storefront unavailable in Europe"),
)
"""What takes several services down: the service, and the title of its incident."""
SYMPTOMS = (0, 1, 2, 9)
"""Services that notice an outage."""

NOTES = (
    "Looking into it.",
    "Rolled back the last release; error rate is back to normal.",
    "Restarted the affected pods, watching the dashboard.",
    "Failed over to the replica, latency is recovering.",
    "Provider confirmed an incident on their side, see their status page.",
    "Disk was filled by debug logs, cleaned up and lowered the log level.",
    "Traffic spike from the newsletter; scaled out by four instances.",
    "Follow-up ticket created for the memory limit.",
    "Job restarted with a higher memory limit, finished at 06:10.",
)
STATUS_UPDATES = (
    "We are investigating increased error rates during checkout.",
    "The cause is identified and a fix is being rolled out.",
    "Error rates are back to normal. We keep monitoring.",
)

# Places of the schedules: one for each team but Engineering, then the managers'.
SCHEDULES = (
    ("Platform on-call", "Europe by day, the Americas by night", "Europe/Berlin"),
    ("Payments on-call", "Weekly, handover on Monday morning", "America/New_York"),
    ("Storefront on-call", "Weekly, handover on Monday morning", "Europe/Berlin"),
    ("Data on-call", "Weekly, two people", "Europe/Berlin"),
    ("Support business hours", "Monday to Friday, 8:00 to 18:00", "Europe/London"),
    ("Engineering managers", "Second level for all teams", "America/New_York"),
)

COMPANY = Names(
    users=tuple((each.name, each.title, each.zone) for each in PEOPLE),
    teams=TEAMS,
    services=tuple((each.name, each.description) for each in SERVICES),
    policies=("Platform", "Payments", "Storefront", "Data", "Customer Support"),
    schedules=SCHEDULES,
    priorities=example_names.PRIORITIES,
    vendors=example_names.VENDORS,
    tags=("production", "tier-1", "tier-2", "pci", "eu", "us", "customer-facing"),
    business_services=(
        ("Online shop", "Everything a customer needs to place an order", "Ingrid Solberg"),
        ("Payments", "Charging customers and paying merchants", "Marcus Reed"),
        ("Reporting", "Figures for finance and merchants", "Daniel Okafor"),
        ("Customer service", "Help for customers", "Megan Shaw"),
    ),
    notes=NOTES,
    status_updates=STATUS_UPDATES,
)

TEXTS = Texts(
    things=(
        "checkout-api",
        "payment-gateway",
        "storefront-web",
        "search-api",
        "login",
        "email-delivery",
        "data-warehouse",
        "billing-worker",
        "image-resizer",
        "notification-hub",
    ),
    suffixes=("", " staging", " canary", " batch", " eu-west-1", " us-east-1"),
    texts=(
        "Owned by the team in the service catalogue.",
        "See the runbook before you change this.",
        "Created by Terraform.",
        "Used by the weekly operations review.",
    ),
    tags=("production", "tier-1", "tier-2", "eu", "us"),
    word="terraform",
    changes=(
        "Deploy {thing} v{number}",
        "Deploy {thing} v{number} (hotfix)",
        "Feature flag changed for {thing} (#{number})",
        "Terraform apply: {thing} (#{number})",
    ),
)
