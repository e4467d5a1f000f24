using System.Text.Json;
using ImageSdk.Building.Tests.ArtifactBuilds;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;

using static ImageSdk.Building.Tests.Attestations.SpdxRules;

namespace ImageSdk.Building.Tests.Attestations;

/// <summary>Images of distributions with rpm, which itself is not needed to know their packages.</summary>
public sealed class RpmImageTests(BaseImage @base, RpmDatabases databases) : IClassFixture<BaseImage>, IClassFixture<RpmDatabases>
{
    [RpmFact]
    public async Task Packages_are_those_of_the_database()
    {
        var project = Project("whole", "usr/lib/sysimage/rpm/rpmdb.sqlite", File.ReadAllBytes(databases["sqlite/usr/lib/sysimage/rpm/rpmdb.sqlite"]));
        var built = await @base.Workspace.BuildAsync(project);
        Assert.Equal(
            databases.Query("%{NAME} %{VERSION}_%{RELEASE} %{LONGSIZE}\n").Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal),
            built.Image.Packages.Select(package => $"{package.Name} {package.Version} {package.Size}").Order(StringComparer.Ordinal));
        var (spdx, warnings) = await DescribeAsync(project);
        Assert.Empty(warnings);
        SpdxRules.Check(spdx);
        var hello = List(spdx, "packages").Single(package => Text(package, "name") == "hello");
        Assert.Equal("pkg:rpm/fedora/hello@1.2_3-4.el9?arch=noarch&distro=fedora-40&epoch=3", Text(List(hello, "externalRefs").Single(), "referenceLocator"));

        // Another database is read again, though the image is of the same name. Of one that is damaged, the image's own list has to do.
        var other = Project("whole", "usr/lib/sysimage/rpm/rpmdb.sqlite", [.. Enumerable.Repeat((byte)120, 200)]);
        await @base.Workspace.BuildAsync(other);
        var (names, told) = await DescribeAsync(other);
        var warning = Assert.Single(told);
        Assert.Equal("IMG2291", warning.Code);
        Assert.Contains("no database of SQLite", warning.Message, StringComparison.Ordinal);
        Assert.Contains(List(names, "packages"), package => Text(package, "name") == "listed");
    }

    async Task<(JsonElement Spdx, IReadOnlyList<Contracts.Diagnostics.Diagnostic> Warnings)> DescribeAsync(ImageProject project)
    {
        var listener = new RecordingListener();
        await new ImageBuild(@base.Workspace.StateOf(project), listener).DescribeAsync(@base.Workspace.Workers, CancellationToken.None);
        return (JsonDocument.Parse(File.ReadAllBytes(AttestationKinds.FileBeside(project.ImageFile, AttestationKinds.Spdx))).RootElement, listener.Warnings);
    }

    /// <summary>A root with a shell, and with an rpm that lists another package than the database has.</summary>
    ImageProject Project(string name, string path, byte[] database)
    {
        var root = Directory.CreateDirectory(Path.Combine(@base.Workspace.Folder, $"röot {name} {database.Length}")).FullName;
        Directory.CreateDirectory(Path.Combine(root, Path.GetDirectoryName(path)!));
        File.WriteAllBytes(Path.Combine(root, path), database);
        Directory.CreateDirectory(Path.Combine(root, "etc"));
        Directory.CreateDirectory(Path.Combine(root, "usr/bin"));
        File.CreateSymbolicLink(Path.Combine(root, "bin"), "usr/bin");
        File.WriteAllText(Path.Combine(root, "etc/os-release"), "ID=fedora\nVERSION_ID=40\n");
        HostProgram.Run("sh", "-ec", """
            cd "$1"; cp /bin/sh usr/bin/sh; printf '#!/bin/sh\necho listed 1_2 34\n' > usr/bin/rpm; printf '#!/bin/sh\n' > usr/bin/yum; printf '#!/bin/sh\necho "$@"\n' > usr/bin/echo; chmod 755 usr/bin/*
            ldd usr/bin/sh | grep -o '/[^ ]*' | while read -r file; do mkdir -p ".$(dirname "$file")"; cp "$file" ".$file"; done
            """, "sh", root);
        var tar = root + ".tar";
        HostProgram.Run("tar", "--owner=0", "--group=0", "-C", root, "-cf", tar, ".");
        return @base.Workspace.Project($"test/rpm-{name}", @base.Workspace.NewManifest($"rpm {name} {database.Length}")) with
        {
            Bootstrap = new() { SourceFile = tar, PackagerType = "rpm" }, Attestations = AttestationKinds.All,
        };
    }
}
