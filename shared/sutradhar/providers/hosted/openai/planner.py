"""Scripts by OpenAI's language models (Responses, with a strict schema)."""

from typing import Any

from sutradhar.domain.billing.usage import Usage
from sutradhar.providers.hosted import llm_planner
from sutradhar.providers.hosted.api_errors import call_with_retries, make_bad_response, make_refusal
from sutradhar.providers.hosted.openai.client import PROVIDER, convert_errors, open_client


class OpenAIPlanner(llm_planner.ModelPlanner):
    provider = PROVIDER

    def answer(
        self, instructions: str, text: str, schema: type[llm_planner.Script] | None, usage: Usage
    ) -> tuple[Any, str]:
        wanted: dict[str, Any] = {
            "model": self._model,
            "instructions": instructions,
            "input": text,
            "max_output_tokens": llm_planner.MAX_OUTPUT_TOKENS,
            "store": False,
        }
        with self._gate.call(usage) as call, open_client(self._account) as openai:

            def answered() -> Any:
                with convert_errors():
                    if schema is None:
                        return openai.responses.create(**wanted)
                    return openai.responses.parse(**wanted, text_format=schema)

            answer = call_with_retries(answered)
            if reported := getattr(answer, "usage", None):
                read_usage = {"input_tokens": reported.input_tokens, "output_tokens": reported.output_tokens}
                call.settle(read_usage, answer.id)
            with convert_errors():
                found = answer.output_text.strip() if schema is None else answer.output_parsed
                refusals = [
                    part.refusal
                    for item in answer.output
                    for part in getattr(item, "content", None) or ()
                    if part.type == "refusal"
                ]
        if refusals:
            raise make_refusal(PROVIDER, refusals[0])
        if not found:
            raise make_bad_response(PROVIDER, f"there is no script in it (status {answer.status})")
        return found, answer.id
