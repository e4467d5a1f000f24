using System.Text.Json.Nodes;
using ImageSdk.ImageService.Problems;

namespace ImageSdk.ImageService.Tests.Validation;

public sealed class PythonTextTests
{
    [Theory]
    [InlineData("""{"path": "s3://a/b", "type": "s3", "n": null}""", "{'path': 's3://a/b', 'type': 's3', 'n': None}")]
    [InlineData("""[1, true, false, "a'b", "a'\"b", "\n\\"]""", """[1, True, False, "a'b", 'a\'"b', '\n\\']""")]
    [InlineData("\"\\u0001\\u007f\"", @"'\x01\x7f'")]
    [InlineData("[]", "[]")]
    public void Values_look_as_Python_prints_them(string json, string expected) => Assert.Equal(expected, PythonText.Of(JsonNode.Parse(json)));
}
