"""A stub of every vendor: its wire format over real HTTP, with its real client, of which only the address is moved."""
