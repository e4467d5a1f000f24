using ImageSdk.Building.Tests.DebianPackages;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Tests;

namespace ImageSdk.Building.Tests.Stages;

/// <summary>Builds with packages by users of other languages: what apt, dpkg and the image's programs say and sort does not depend on who builds.</summary>
public class LocaleTests
{
    sealed class LocaleFactAttribute : FactAttribute
    {
        public LocaleFactAttribute() => Skip = TestHost.WhyNot ?? GeneratedLocales.WhyNot;
    }

    const string Look = "#!/bin/sh\nset -e\nenv -u DPKG_FORCE | grep -E '^(LANG|LC_|LOCPATH)' > /etc/$1 || true\nls /etc | sort >> /etc/$1\nprintf '%s\\n' I i ı ä Z | sort >> /etc/$1\n";

    [LocaleFact]
    public async Task The_image_is_the_one_of_the_plain_locale_with_nothing_in_the_cache()
    {
        using var locales = new GeneratedLocales();
        var hashes = new List<string>();
        string[] names = ["LOCPATH", "LANG", "LC_ALL", "LANGUAGE"];
        var before = names.ToDictionary(name => name, Environment.GetEnvironmentVariable);
        try
        {
            foreach (var locale in GeneratedLocales.Names.Prepend("C.UTF-8"))
            {
                foreach (var (name, value) in locales.Variables(locale))
                    Environment.SetEnvironmentVariable(name, value);
                hashes.Add(await BuildAsync());
            }
        }
        finally
        {
            foreach (var (name, value) in before)
                Environment.SetEnvironmentVariable(name, value);
        }
        Assert.All(hashes, hash => Assert.Equal(hashes[0], hash));
    }

    static async Task<string> BuildAsync()
    {
        using var workspace = new ImageWorkspace(ownCache: true);
        var directory = workspace.NewManifest("located");
        var repository = new LocalRepository(Path.Combine(workspace.Folder, "repository"));
        repository.Add("lib", scripts: ("postinst", Look.Replace("$1", "lib-looked", StringComparison.Ordinal)));
        repository.Add("tool", fields: "Depends: lib");
        // A configuration file that a package has too, and a list that asks for what is not new.
        ImageWorkspace.Write(directory, "files/etc/tool.conf", "ours ı\n");
        ImageWorkspace.Write(directory, "scripts/look", Look.Replace("$1", "script-looked", StringComparison.Ordinal));
        ImageWorkspace.Write(directory, "package-list", "tool\ndpkg\n");
        var project = repository.Use(workspace.Project("test/located", directory), directory) with
        {
            Bootstrap = new BootstrapSettings { Command = ["apt", "--distribution=debian", "--variant=minbase", "--architecture=amd64", "bookworm"], PackagerType = "deb" },
        };
        var result = await workspace.BuildAsync(project);
        Assert.Equal(1, result.Listener.OutputLines.Count(line => line.StartsWith("Setting up tool (1)", StringComparison.Ordinal)));
        Assert.NotNull(result.Find("/etc/tool.conf.dpkg-dist"));
        return TreeHash.Compute(result.Tree).ToString();
    }
}
