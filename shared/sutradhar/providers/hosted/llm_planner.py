"""Plan a video with a language model. Providers differ only in the way in which a request is sent."""

from abc import ABC, abstractmethod
from typing import Any

from pydantic import BaseModel

from sutradhar.domain.assets.asset import Provenance
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.ports.call_gate import CallGate
from sutradhar.ports.providers import PlanResult
from sutradhar.provider_table import find_offer
from sutradhar.providers.hosted.account import ProviderAccount
from sutradhar.providers.hosted.script import REWORD_INSTRUCTIONS, Script, build_request, choose_translation
from sutradhar.providers.hosted.script_draft import draft_plan
from sutradhar.providers.hosted.script_plan import write_plan

MAX_OUTPUT_TOKENS = 16_000
"""The most tokens of an answer, thinking included; a script of ten minutes in two languages has about 9,000."""
_SCHEMA_TOKENS = 800
_EXPECTED_REWORD_TOKENS = 100
"""Tokens of an answer with another prompt."""
_OUTPUT_TOKENS_PER_SECOND = 20
"""Tokens of an answer for each second of the video: narration in both languages, and an image for every 12 s."""


class ModelPlanner(ABC):
    """A Planner; a provider's class sends the requests."""

    provider: str

    def __init__(self, account: ProviderAccount, gate: CallGate) -> None:
        self._account, self._gate = account, gate
        self._model = account.options.get("planner_model", find_offer(self.provider, "planner").default)

    @property
    def provider_id(self) -> ProviderId:
        return ProviderId(self.provider, self._model)

    def usage(self, requested_plan: RenderPlan) -> Usage | None:
        """Return the tokens of the first request; None if the plan needs no request."""
        if _is_complete(requested_plan):
            return None
        request = build_request(requested_plan)
        return self._script_usage(request.instructions, request.text, requested_plan)

    def draft_plan(self, requested_plan: RenderPlan) -> RenderPlan:
        return draft_plan(requested_plan)

    @abstractmethod
    def ask_model(self, instructions: str, text: str, schema: type[BaseModel] | None, usage: Usage) -> tuple[Any, str]:
        """Return the model's answer, as ``schema`` or (None) as plain text, and the provider's name of the call.

        Raise ProviderError.
        """

    def plan(self, requested_plan: RenderPlan) -> PlanResult:
        """Return the plan, with everything that ``requested_plan`` left open. Raise ProviderError."""
        if _is_complete(requested_plan):
            plan = requested_plan.evolve(language=requested_plan.spoken_language)
            return PlanResult(plan, str(self.provider_id))
        request = build_request(requested_plan)
        request_ids: list[str] = []

        def ask(text: str) -> Script:
            usage = self._script_usage(request.instructions, text, requested_plan)
            answer, request_id = self.ask_model(request.instructions, text, Script, usage)
            request_ids.append(request_id)
            return Script.model_validate(answer)

        plan = write_plan(self.provider, requested_plan, ask)
        provenance = Provenance(model=self._model, request_id=" ".join(request_ids), prompt=request.text)
        return PlanResult(plan, str(self.provider_id), provenance=provenance)

    def reword(self, prompt: str, reason: str) -> str:
        """Return ``prompt`` in other words, after an image generator refused it. Raise ProviderError."""
        text = f"{prompt}\n\nIt said: {reason}"
        usage = self.estimate_usage(REWORD_INSTRUCTIONS, text, _EXPECTED_REWORD_TOKENS)
        answer, _ = self.ask_model(REWORD_INSTRUCTIONS, text, None, usage)
        return str(answer)

    def _script_usage(self, instructions: str, text: str, requested_plan: RenderPlan) -> Usage:
        return self.estimate_usage(instructions, text, _OUTPUT_TOKENS_PER_SECOND * requested_plan.length_sec)

    def estimate_usage(self, instructions: str, text: str, output_tokens: float) -> Usage:
        """Return the usage of one request whose answer probably has ``output_tokens``."""
        input_tokens = len((instructions + text).encode()) + _SCHEMA_TOKENS  # a token is a byte at least
        return Usage(
            self.provider,
            self._model,
            max={"input_tokens": input_tokens, "output_tokens": MAX_OUTPUT_TOKENS},
            expected={"input_tokens": input_tokens / 4, "output_tokens": output_tokens},
        )


def _is_complete(plan: RenderPlan) -> bool:
    """Return whether the plan leaves nothing to write.

    A translator adds the translations of given scenes; a recording gets its images together with them.
    """
    if not (plan.scenes and plan.title):
        return False
    other = choose_translation(plan)
    if not plan.narration_audio or other is None:
        return True
    translated = all(s.translations.get(other) for s in plan.scenes if s.narration)
    return translated or other not in plan.subtitle_languages
