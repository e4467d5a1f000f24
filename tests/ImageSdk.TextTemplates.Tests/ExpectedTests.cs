using System.Text;
using System.Text.Json;
using ImageSdk.TextTemplates.Errors;

namespace ImageSdk.TextTemplates.Tests;

/// <summary>What Go 1.19's text/template made of the same templates: its output, or none where it found a mistake.</summary>
public sealed class ExpectedTests
{
    static readonly Dictionary<string, string> Variables = new()
    {
        ["IMAGE_STREAM"] = "team/web/a", ["ARCH"] = "amd64", ["EMPTY"] = "", ["NUMBER"] = "7", ["UTF"] = "Grüße 日本",
        ["HTML"] = "<a href='x'>\"&=</a>", ["LIST"] = "a b c",
    };

    const string Refused = "(a mistake)";

    sealed record Expected(string Template, string? Output);

    static readonly JsonSerializerOptions Options = new() { PropertyNameCaseInsensitive = true };

    [Fact]
    public void TemplatesGiveWhatGoGives()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "Expected", "templates.json");
        var all = JsonSerializer.Deserialize<List<Expected>>(File.ReadAllText(file), Options)!;
        Assert.True(all.Count > 500);
        var different = all.Select(expected => (expected, Actual: Run(expected.Template)))
            .Where(pair => pair.Actual != (pair.expected.Output ?? Refused))
            .Select(pair => $"{JsonSerializer.Serialize(pair.expected.Template)}: {JsonSerializer.Serialize(pair.Actual)}, not {JsonSerializer.Serialize(pair.expected.Output ?? Refused)}")
            .ToList();
        Assert.True(different.Count == 0, $"{different.Count} of {all.Count}:\n{string.Join('\n', different.Take(60))}");
    }

    static string Run(string template)
    {
        try
        {
            return Encoding.UTF8.GetString(TextTemplate.Parse(Encoding.UTF8.GetBytes(template)).Render(Variables));
        }
        catch (TemplateException exception)
        {
            Assert.NotEmpty(exception.Message);
            return Refused;
        }
    }
}
