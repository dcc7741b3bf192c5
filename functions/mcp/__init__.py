"""The MCP server, through which agents use the same service as the API."""
