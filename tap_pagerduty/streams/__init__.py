"""The registry: every stream of the tap, people and structure first, then what happens."""

from __future__ import annotations

import typing as t
from itertools import chain

from tap_pagerduty.streams.account import (
    Abilities,
    LicenseAllocations,
    Licenses,
    SessionConfigurations,
)
from tap_pagerduty.streams.analytics_metrics import (
    AnalyticsEscalationPolicyMetrics,
    AnalyticsIncidentMetrics,
    AnalyticsPdAdvanceUsage,
    AnalyticsResponderMetrics,
    AnalyticsResponderTeamMetrics,
    AnalyticsServiceMetrics,
    AnalyticsTeamMetrics,
    AnalyticsUserMetrics,
)
from tap_pagerduty.streams.analytics_raw import (
    AnalyticsIncidentResponses,
    AnalyticsIncidents,
    AnalyticsResponderIncidents,
    AnalyticsUsers,
)
from tap_pagerduty.streams.audit import AuditRecords
from tap_pagerduty.streams.automation_actions import (
    AutomationActionInvocations,
    AutomationActionRunners,
    AutomationActionRunnerTeams,
    AutomationActions,
    AutomationActionServices,
    AutomationActionTeams,
)
from tap_pagerduty.streams.business_impact import (
    BusinessServiceImpactors,
    BusinessServiceImpacts,
    BusinessServicePriorityThresholds,
    BusinessServiceSubscribers,
    StatusDashboards,
    StatusDashboardServiceImpacts,
)
from tap_pagerduty.streams.change_events import ChangeEvents
from tap_pagerduty.streams.escalation_policies import EscalationPolicies
from tap_pagerduty.streams.event_enrichments import (
    EnrichmentRecords,
    EnrichmentSchemas,
    EventEnrichmentAssociations,
    EventEnrichmentRules,
    EventEnrichments,
    ServicenowEnrichmentIntegrations,
)
from tap_pagerduty.streams.event_orchestrations import (
    EventOrchestrationCacheVariables,
    EventOrchestrationEnablements,
    EventOrchestrationIntegrations,
    EventOrchestrations,
    RecommendedOrchestrationRules,
)
from tap_pagerduty.streams.event_rules import ServiceEventRules
from tap_pagerduty.streams.extensions import Addons, Extensions, ExtensionSchemas
from tap_pagerduty.streams.flexible_schedules import (
    FlexibleScheduleCustomShifts,
    FlexibleScheduleOverrides,
    FlexibleScheduleRotationEvents,
    FlexibleScheduleRotations,
    FlexibleSchedules,
)
from tap_pagerduty.streams.incident_details import (
    IncidentAlerts,
    IncidentBusinessServiceImpacts,
    IncidentCustomFieldValues,
    IncidentNotes,
    IncidentSubscribers,
)
from tap_pagerduty.streams.incident_relations import (
    IncidentOutliers,
    IncidentPastIncidents,
    IncidentRelatedChangeEvents,
    IncidentRelatedIncidents,
)
from tap_pagerduty.streams.incident_types import IncidentTypeCustomFields, IncidentTypes
from tap_pagerduty.streams.incident_workflows import (
    IncidentWorkflowActions,
    IncidentWorkflows,
    IncidentWorkflowTriggers,
)
from tap_pagerduty.streams.incidents import Incidents, Priorities
from tap_pagerduty.streams.ip_allow_lists import IpAllowLists
from tap_pagerduty.streams.log_entries import LogEntries
from tap_pagerduty.streams.notifications import Notifications
from tap_pagerduty.streams.on_call import Oncalls, OncallShifts
from tap_pagerduty.streams.orchestration_paths import (
    EventOrchestrationGlobalPaths,
    EventOrchestrationRouters,
    EventOrchestrationUnroutedPaths,
    ServiceEventOrchestrations,
    ServiceEventOrchestrationStatuses,
)
from tap_pagerduty.streams.paused_incidents import PausedIncidentAlerts, PausedIncidentCounts
from tap_pagerduty.streams.rulesets import RulesetRules, Rulesets
from tap_pagerduty.streams.schedules import (
    ScheduleEntries,
    ScheduleOverrides,
    Schedules,
    ScheduleUsers,
)
from tap_pagerduty.streams.service_dependencies import (
    BusinessServiceDependencies,
    TechnicalServiceDependencies,
)
from tap_pagerduty.streams.service_integrations import ServiceIntegrations
from tap_pagerduty.streams.service_settings import (
    AlertGroupingSettings,
    MaintenanceWindows,
    ServiceCacheVariables,
    ServiceCustomFields,
    ServiceCustomFieldValues,
    ServiceEnablements,
)
from tap_pagerduty.streams.services import BusinessServices, Services, Vendors
from tap_pagerduty.streams.sre_memories import SreMemories
from tap_pagerduty.streams.standards import Standards, StandardScores
from tap_pagerduty.streams.status_page_posts import (
    StatusPagePostmortems,
    StatusPagePosts,
    StatusPagePostUpdates,
)
from tap_pagerduty.streams.status_pages import (
    StatusPageImpacts,
    StatusPages,
    StatusPageServices,
    StatusPageSeverities,
    StatusPageStatuses,
    StatusPageSubscriptions,
)
from tap_pagerduty.streams.tags import EntityTags, Tags
from tap_pagerduty.streams.teams import TeamMembers, TeamNotificationSubscriptions, Teams
from tap_pagerduty.streams.templates import TemplateFields, Templates
from tap_pagerduty.streams.users import (
    UserContactMethods,
    UserNotificationRules,
    UserNotificationSubscriptions,
    UserOauthDelegations,
    UserOncallHandoffNotificationRules,
    Users,
    UserStatusUpdateNotificationRules,
)
from tap_pagerduty.streams.webhooks import WebhookOauthClients, WebhookSubscriptions
from tap_pagerduty.streams.workflow_integrations import (
    WorkflowIntegrationConnections,
    WorkflowIntegrations,
)

if t.TYPE_CHECKING:
    from tap_pagerduty.sync.client import PagerDutyStream

# The streams by area of the product, in the order in which they are shown and read.
AREAS: dict[str, tuple[type[PagerDutyStream], ...]] = {
    "Core": (
        Users,
        Teams,
        Services,
        BusinessServices,
        Vendors,
        EscalationPolicies,
        Schedules,
        Oncalls,
        Priorities,
        Tags,
        Incidents,
        LogEntries,
        Notifications,
    ),
    "People and schedules": (
        TeamMembers,
        TeamNotificationSubscriptions,
        UserContactMethods,
        UserNotificationRules,
        UserOncallHandoffNotificationRules,
        UserStatusUpdateNotificationRules,
        UserNotificationSubscriptions,
        UserOauthDelegations,
        OncallShifts,
        ScheduleEntries,
        ScheduleOverrides,
        ScheduleUsers,
        FlexibleSchedules,
        FlexibleScheduleRotations,
        FlexibleScheduleRotationEvents,
        FlexibleScheduleCustomShifts,
        FlexibleScheduleOverrides,
        EntityTags,
        Abilities,
        Licenses,
        LicenseAllocations,
        SessionConfigurations,
    ),
    "Services and status pages": (
        ServiceIntegrations,
        TechnicalServiceDependencies,
        BusinessServiceDependencies,
        BusinessServiceSubscribers,
        BusinessServiceImpacts,
        BusinessServiceImpactors,
        BusinessServicePriorityThresholds,
        ServiceEventRules,
        ServiceCustomFields,
        ServiceCustomFieldValues,
        ServiceEnablements,
        ServiceCacheVariables,
        MaintenanceWindows,
        AlertGroupingSettings,
        Standards,
        StandardScores,
        Extensions,
        ExtensionSchemas,
        Addons,
        WebhookSubscriptions,
        WebhookOauthClients,
        Templates,
        TemplateFields,
        StatusDashboards,
        StatusDashboardServiceImpacts,
        StatusPages,
        StatusPageServices,
        StatusPageImpacts,
        StatusPageSeverities,
        StatusPageStatuses,
        StatusPagePosts,
        StatusPagePostUpdates,
        StatusPagePostmortems,
        StatusPageSubscriptions,
        SreMemories,
        IpAllowLists,
    ),
    "Incidents": (
        IncidentAlerts,
        IncidentNotes,
        IncidentCustomFieldValues,
        IncidentSubscribers,
        IncidentBusinessServiceImpacts,
        IncidentRelatedChangeEvents,
        IncidentRelatedIncidents,
        IncidentPastIncidents,
        IncidentOutliers,
        IncidentTypes,
        IncidentTypeCustomFields,
        IncidentWorkflows,
        IncidentWorkflowActions,
        IncidentWorkflowTriggers,
        PausedIncidentAlerts,
        PausedIncidentCounts,
    ),
    "Changes": (
        ChangeEvents,
        AuditRecords,
    ),
    "Analytics": (
        AnalyticsIncidents,
        AnalyticsIncidentResponses,
        AnalyticsResponderIncidents,
        AnalyticsUsers,
        AnalyticsIncidentMetrics,
        AnalyticsServiceMetrics,
        AnalyticsTeamMetrics,
        AnalyticsEscalationPolicyMetrics,
        AnalyticsResponderMetrics,
        AnalyticsResponderTeamMetrics,
        AnalyticsUserMetrics,
        AnalyticsPdAdvanceUsage,
    ),
    "Events and automation": (
        Rulesets,
        RulesetRules,
        EventOrchestrations,
        EventOrchestrationRouters,
        EventOrchestrationGlobalPaths,
        EventOrchestrationUnroutedPaths,
        EventOrchestrationIntegrations,
        EventOrchestrationCacheVariables,
        EventOrchestrationEnablements,
        ServiceEventOrchestrations,
        ServiceEventOrchestrationStatuses,
        RecommendedOrchestrationRules,
        EventEnrichments,
        EventEnrichmentAssociations,
        EventEnrichmentRules,
        EnrichmentSchemas,
        EnrichmentRecords,
        ServicenowEnrichmentIntegrations,
        AutomationActions,
        AutomationActionServices,
        AutomationActionTeams,
        AutomationActionInvocations,
        AutomationActionRunners,
        AutomationActionRunnerTeams,
        WorkflowIntegrations,
        WorkflowIntegrationConnections,
    ),
}

STREAMS: tuple[type[PagerDutyStream], ...] = tuple(chain.from_iterable(AREAS.values()))
