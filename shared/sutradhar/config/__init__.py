"""The settings of a process. Only this package reads the environment."""

from sutradhar.config.backends import find_settings_of_other, list_only_readers
from sutradhar.config.environment import process_environment, set_variable
from sutradhar.config.parts import (
    ApiSettings,
    BudgetSettings,
    CloudSettings,
    ProcessSettings,
    RenderTaskSettings,
    WorkerSettings,
)
from sutradhar.config.providers import ProviderConnection, ProviderSettings, ProviderTable
from sutradhar.config.renamed import RenamedSetting, list_other_names
from sutradhar.config.settings import Settings, list_variables

__all__ = [
    "ApiSettings",
    "BudgetSettings",
    "CloudSettings",
    "ProcessSettings",
    "ProviderConnection",
    "ProviderSettings",
    "ProviderTable",
    "RenamedSetting",
    "RenderTaskSettings",
    "Settings",
    "WorkerSettings",
    "find_settings_of_other",
    "list_only_readers",
    "list_other_names",
    "list_variables",
    "process_environment",
    "set_variable",
]
