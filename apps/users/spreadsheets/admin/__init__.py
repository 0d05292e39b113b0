"""The pages of imports, the same for both sites."""

from apps.users.spreadsheets.admin.runs import ImportRunAdmin
from apps.users.spreadsheets.admin.tools import ImportsRows, import_tools

__all__ = ["ImportRunAdmin", "ImportsRows", "import_tools"]
