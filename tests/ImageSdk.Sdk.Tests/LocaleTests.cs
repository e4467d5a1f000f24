using System.Text.Json;
using ImageSdk.Sdk.Tests.Harness;
using ImageSdk.Tests;

namespace ImageSdk.Sdk.Tests;

/// <summary>Real builds by a user whose language has other letters, decimal commas and another encoding: MSBuild works in that culture, and so do our tasks.</summary>
[Trait("Category", "Image")]
public sealed class LocaleTests : IDisposable
{
    readonly TestFolder folder = new(fakeEngine: false);

    public void Dispose() => folder.Dispose();

    sealed class LocaleFactAttribute : FactAttribute
    {
        public LocaleFactAttribute() => Skip = GeneratedLocales.WhyNot ?? new SandboxFactAttribute().Skip;
    }

    [LocaleFact]
    public void The_image_is_the_same_and_messages_keep_their_form()
    {
        TinyImage.Write(folder, "tiny", "<ImageTestTimeout>7.5s</ImageTestTimeout><ImageFormats>tar;directory</ImageFormats>");
        folder.Write("files/etc/IĞDIR ığdır", "i\n");
        folder.Write("files/etc/Äpfel", "ä\n");
        folder.Program("scripts/10-look", "#!/bin/sh\nset -e\necho /etc/* \"$LANG\" \"$LC_ALL\" \"$LANGUAGE\" \"$LOCPATH\" > /etc/seen\n");
        folder.Program("tests/passes", "#!/bin/sh\ntrue\n");
        using var locales = new GeneratedLocales();
        var hashes = new List<string?>();
        foreach (var name in GeneratedLocales.Names.Prepend("C.UTF-8"))
        {
            var result = Build(name, $"-p:ImageCacheDirectory={folder[$"cache of {name}"]}").Succeeded();
            Assert.Contains("tiny: TestImage: 1 passed", result.Output);
            using var record = JsonDocument.Parse(File.ReadAllText(folder["bin/Debug/tiny.image.json"]));
            hashes.Add(record.RootElement.GetProperty("TreeHash").GetString());
            Directory.Delete(folder["obj"], recursive: true);
            Directory.Delete(folder["bin"], recursive: true);
        }
        Assert.NotNull(hashes[0]);
        Assert.All(hashes, hash => Assert.Equal(hashes[0], hash));

        folder.Program("scripts/10-look", "#!/bin/sh\necho ığdır ÄPFEL\nexit 7\n");
        foreach (var name in GeneratedLocales.Names)
        {
            var failed = Build(name);
            Assert.NotEqual(0, failed.ExitCode);
            Assert.Matches(@"/scripts/10-look ?: error IMG3010: .*exit code 7", failed.Output);
        }

        BuildResult Build(string locale, params string[] arguments)
        {
            var environment = new Dictionary<string, string>(PackedSdk.Environment);
            foreach (var (name, value) in locales.Variables(locale))
                environment[name] = value;
            return DotNet.Run(folder.Path, environment, ["build", "-tl:off", .. arguments]);
        }
    }
}
