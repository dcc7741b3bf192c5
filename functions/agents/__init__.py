"""The MCP server, through which agents use the same service as the API.

Its tools call the views of the API in the context of the request, so an agent meets the same keys, limits, checks and
audit log. A tool that would spend money or publish asks for an approval, which no tool can give.
"""
