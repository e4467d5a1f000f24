using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ImageSdk.TextTemplates.Errors;

namespace ImageSdk.TextTemplates.Tests;

public sealed class TextTemplateTests
{
    static readonly Dictionary<string, string> Variables = new() { ["A"] = "x", ["Ü"] = "ü", ["EMPTY"] = "" };

    static string Render(string template) => Encoding.UTF8.GetString(TextTemplate.Parse(Encoding.UTF8.GetBytes(template)).Render(Variables));

    [Theory]
    [InlineData("a\nb {{.A.B}}", 2, 5)]
    [InlineData("ü {{nosuch}}", 1, 5)]
    [InlineData("{{if .A}}\n\n", 1, 3)]
    [InlineData("{{if .A}}\n{{else}}\n{{else}}\n{{end}}", 3, 3)]
    [InlineData("x\n  {{end}}", 2, 5)]
    [InlineData("{{.A\n", 1, 1)]
    [InlineData("{{/* a\n\n", 1, 1)]
    [InlineData("{{print (.A}}", 1, 9)]
    [InlineData("{{range .}}\n{{len 3}}{{end}}", 2, 3)]
    [InlineData("{{define \"t\"}}\n{{index .A 9}}{{end}}{{template \"t\" .}}", 2, 3)]
    public void MistakesHaveTheirPlace(string template, int line, int column) =>
        Assert.Equal(new TemplatePlace(line, column), Assert.Throws<TemplateException>(() => Render(template)).Place);

    /// <summary>What newer versions of the language have.</summary>
    [Theory]
    [InlineData("{{range 3}}{{.}}{{end}}", "012")]
    [InlineData("{{range $i := 3}}{{$i}}{{end}}", "012")]
    [InlineData("{{range 0}}x{{else}}none{{end}}", "none")]
    [InlineData("{{with .EMPTY}}a{{else with .A}}{{.}}{{else}}c{{end}}", "x")]
    [InlineData("{{with .EMPTY}}a{{else with .NONE}}{{.}}{{else}}c{{end}}", "c")]
    [InlineData("{{$k := 1}}{{$v := 2}}{{range $k, $v = .}}{{end}}{{$k}} {{$v}}", "Ü ü")]
    public void NewerFormsAreKnown(string template, string expected) => Assert.Equal(expected, Render(template));

    [Fact]
    public void WhatHasNoValueIsTold()
    {
        var missing = new List<MissingVariable>();
        var text = TextTemplate.Parse("a\n{{.NONE}}{{if .OTHER}}{{end}}{{.A}}"u8).Render(Variables, missing.Add);
        Assert.Equal("a\n<no value>x", Encoding.UTF8.GetString(text));
        Assert.Equal([new(".NONE", new TemplatePlace(2, 3))], missing);
    }

    [Fact]
    public void BytesOutsideOfActionsPassThrough()
    {
        byte[] all = [.. Enumerable.Range(0, 256).Select(value => (byte)value).Where(value => value != '{')];
        Assert.Equal(all, TextTemplate.Parse(all).Render(Variables));
    }

    [Theory]
    [InlineData("{{define \"r\"}}{{template \"r\"}}{{end}}{{template \"r\"}}")]
    [InlineData("{{range 1000000000}}{{range 1000000000}}{{end}}{{end}}")]
    [InlineData("{{range 1000000}}{{printf \"%999999d\" 1}}{{end}}")]
    [InlineData("{{define \"d\"}}{{range 1000}}{{template \"d\"}}{{end}}{{end}}{{template \"d\"}}")]
    public void WhatDoesNotEndIsEnded(string template) => Assert.Throws<TemplateException>(() => Render(template));

    [Theory]
    [InlineData("(")]
    [InlineData("{{if 1}}")]
    [InlineData("{{if 1}}{{else if 1}}")]
    public void DeepNestingIsRefused(string piece)
    {
        var template = piece == "(" ? $"{{{{{new string('(', 100_000)}1{new string(')', 100_000)}}}}}" : string.Concat(Enumerable.Repeat(piece, 100_000));
        Assert.Throws<TemplateException>(() => Render(template));
    }

    [Fact]
    public void CancellationEndsARun()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        var template = TextTemplate.Parse("{{range 10000000}}{{end}}"u8);
        Assert.Throws<OperationCanceledException>(() => template.Render(Variables, cancellation: cancelled.Token));
    }

    /// <summary>Any text is a template or is refused in the documented way, and every place lies in it.</summary>
    [Fact]
    public void AnyTextIsATemplateOrIsRefused()
    {
        string[] pieces =
        [
            "{{", "}}", "{{-", "-}}", " ", "\n", ".A", ".", "$", "$x", ":=", "=", "|", "(", ")", "\"", "`", "'", "\\", "if", "else", "end", "range", "with",
            "define", "template", "block", "break", "/*", "*/", "1", "0x", "e", "i", "+", "_", "nil", "true", "print", "printf", "index", "slice", "len", "%v", "ü", "\0", "{{end}}",
        ];
        var texts = Gen.Choose(0, 14).SelectMany(count => Gen.Elements(pieces).ArrayOf(count)).Select(string.Concat);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5000), Prop.ForAll(texts.ToArbitrary(), text => Survives(Encoding.UTF8.GetBytes(text))));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(
            Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(40).ToArbitrary(), bytes => Survives([.. "{{"u8, .. bytes])));

        static void Survives(byte[] template)
        {
            try
            {
                _ = TextTemplate.Parse(template).Render(Variables);
            }
            catch (TemplateException exception)
            {
                Assert.NotEmpty(exception.Message);
                Assert.InRange(exception.Place.Line, 1, template.Count(value => value == '\n') + 1);
            }
        }
    }

    /// <summary>A format never throws anything but what it documents, whatever stands in it.</summary>
    [Fact]
    public void AnyFormatPrintsSomething()
    {
        string[] pieces = ["%", "d", "s", "v", "q", "x", "X", "g", "f", "e", "b", "c", "U", "T", "t", "[1]", "[2]", "[", "]", "*", ".", "#", "+", "-", " ", "0", "5", "3", "ü", "O", "G"];
        var formats = Gen.Choose(1, 8).SelectMany(count => Gen.Elements(pieces).ArrayOf(count)).Select(string.Concat);
        var arguments = Gen.Elements("1", "-7", "2.5", "\"a\"", "nil", "true", "1+2i", ".", ".A", "'x'", "0.0").ArrayOf(2);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5000), Prop.ForAll(formats.ToArbitrary(), arguments.ToArbitrary(), (format, values) =>
            Assert.NotNull(Render($"{{{{printf \"{format}\" {string.Join(' ', values)}}}}}"))));
    }
}
