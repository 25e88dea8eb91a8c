"""How help reads: options in groups, and below them examples to copy, a line each.

Owns the layout only. Which group an option is in is said where it is declared (``rich_help_panel``), the examples
where commands are named (``app``).
"""

from typing import TYPE_CHECKING

from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from typer._click import Context, HelpFormatter

PLAIN = "Options"


class HelpfulCommand(TyperCommand):
    """A command whose help has groups of options and verbatim examples."""

    def format_options(self, ctx: "Context", formatter: "HelpFormatter") -> None:
        """Write arguments, then each group of options in the order of its first one, those of no group last."""
        groups: dict[str, list[tuple[str, str]]] = {"Arguments": []}
        plain: list[tuple[str, str]] = []
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            panel = getattr(parameter, "rich_help_panel", None)
            if record is None:
                continue
            if parameter.param_type_name == "argument":
                groups["Arguments"].append(record)
            else:
                (groups.setdefault(panel, []) if panel else plain).append(record)
        for name, records in (*groups.items(), (PLAIN, plain)):
            if records:
                with formatter.section(name):
                    formatter.write_dl(records)

    def format_epilog(self, ctx: "Context", formatter: "HelpFormatter") -> None:
        """Write the examples as they are: nothing that is to be copied may be wrapped."""
        _write_examples(self.epilog, formatter)


class HelpfulGroup(TyperGroup):
    """The program, whose help has verbatim examples."""

    def format_epilog(self, ctx: "Context", formatter: "HelpFormatter") -> None:
        """Write the examples as they are."""
        _write_examples(self.epilog, formatter)


def _write_examples(examples: str | None, formatter: "HelpFormatter") -> None:
    if examples:
        with formatter.section("Examples"):
            for line in examples.splitlines():
                formatter.write(f"{'':>{formatter.current_indent}}{line}\n")
