#!/usr/bin/env python3
"""Speaks to `git-chittysync mcp` with the protocol's official client for Python: mcp-client.py <program>.

The client itself holds each answer against the schema that the tool gives."""

import asyncio
import os
import sys
import tempfile

from mcp import ClientSession, StdioServerParameters, stdio_client


async def converse(program: str, home: str) -> None:
    environment = {"HOME": home, "PATH": os.environ["PATH"], "GIT_CONFIG_SYSTEM": "/dev/null"}
    server = StdioServerParameters(command=program, args=["mcp"], env=environment, cwd=home)
    heard = asyncio.Event()

    async def message(told) -> None:
        if "resources/updated" in str(getattr(told, "method", told)) or "ResourceUpdated" in type(told).__name__:
            heard.set()

    async with stdio_client(server) as (read, write), ClientSession(read, write, message_handler=message) as client:
        await client.initialize()
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert all(tool.output_schema for tool in tools.values()), "each tool says what it answers"

        async def call(name: str, **given):
            result = await client.call_tool(name, given)
            assert not result.is_error, (name, result)
            assert isinstance(result.structured_content, dict), (name, result)
            return result.structured_content

        added = await call("add", text="Fix login", more=["Fix logout", "Write docs"], priority="high")
        assert len(added["todos"]) == 3, added
        first = added["todos"][0]["id"]
        await call("edit", todo=first, labels=["ui"], due="2030-01-01")
        for name in ["start", "done", "reopen", "start", "release", "show"]:
            assert (await call(name, todo=first))["content"] == "Fix login", name
        assert len((await call("list", all_projects=True))["todos"]) == 3
        assert len((await call("ready", all_projects=True))["todos"]) == 3
        assert (await call("ready", claim=True, all_projects=True))["status"] == "in_progress"
        await call("drop", todo="docs")
        for name in ["projects", "sessions", "conflicts", "context"]:
            await call(name)
        refused = await client.call_tool("done", {"todo": "no such words"})
        assert refused.is_error and "the tool `list`" in refused.content[0].text, refused

        resources = (await client.list_resources()).resources
        assert len(resources) == 3, resources
        for resource in resources:
            read_back = await client.read_resource(resource.uri)
            assert resource.name == "context" or "Fix logout" in read_back.contents[0].text, resource
        await client.subscribe_resource("chittysync://todos")
        await call("add", text="Something new")
        await asyncio.wait_for(heard.wait(), 60)
        prompts = (await client.list_prompts()).prompts
        assert [prompt.name for prompt in prompts] == ["begin"], prompts
        begun = await client.get_prompt("begin", {"todo": first})
        assert first in begun.messages[0].content.text, begun
    print("the official Python client is content")


with tempfile.TemporaryDirectory() as directory:
    asyncio.run(asyncio.wait_for(converse(os.path.abspath(sys.argv[1]), directory), 300))
