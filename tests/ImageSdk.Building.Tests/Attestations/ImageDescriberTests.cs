using System.Text.Json;
using ImageSdk.Building.State;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;

using static ImageSdk.Building.Tests.Attestations.SpdxRules;

namespace ImageSdk.Building.Tests.Attestations;

/// <summary>Documents of real images.</summary>
public sealed class ImageDescriberTests(BaseImage @base) : IClassFixture<BaseImage>
{
    ImageWorkspace Workspace => @base.Workspace;

    (ImageProject Project, string Directory) New()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "files/etc/app.conf", "conf\n");
        ImageWorkspace.Write(directory, "scripts/1", "#!/bin/sh\nset -e\necho made > /etc/made\nchmod 600 /etc/made\ntouch \"$(printf '/etc/\\377')\"\n");
        return (project with { Attestations = AttestationKinds.All }, directory);
    }

    Task DescribeAsync(ImageProject project) =>
        new ImageBuild(Workspace.StateOf(project), new RecordingListener()).DescribeAsync(Workspace.Workers, CancellationToken.None);

    static JsonElement Read(ImageProject project, string kind) =>
        JsonDocument.Parse(File.ReadAllBytes(AttestationKinds.FileBeside(project.ImageFile, kind))).RootElement;

    static IReadOnlyDictionary<string, JsonElement> PackagesOf(JsonElement spdx) =>
        List(spdx, "packages").ToDictionary(package => Text(package, "name"));

    [ImageFact]
    public async Task An_image_is_described_by_its_packages_its_source_and_what_was_added()
    {
        var (project, directory) = New();
        var built = await Workspace.BuildAsync(project);
        await DescribeAsync(project);
        var spdx = Read(project, AttestationKinds.Spdx);
        SpdxRules.Check(spdx);
        CycloneDxRules.Check(Read(project, AttestationKinds.CycloneDx));

        var packages = PackagesOf(spdx);
        Assert.Empty(built.Image.Packages.Select(package => package.Name.Split(':')[0]).Except(packages.Keys));
        Assert.Equal(built.Image.Packages.Single(package => package.Name == "dpkg").Version, Text(packages["dpkg"], "versionInfo"));
        Assert.Contains("GPL-2.0-or-later", Text(packages["dpkg"], "licenseDeclared"));
        Assert.StartsWith("pkg:deb/debian/dpkg@", Text(List(packages["dpkg"], "externalRefs").Single(), "referenceLocator"));
        Assert.Equal(["./etc/app.conf", "./etc/made", "./etc/\uFFFD"], List(spdx, "files").Select(file => Text(file, "fileName")));
        var conf = List(spdx, "files").First();
        // sha1sum, sha256sum of "conf\n".
        Assert.Equal(
            [Convert.ToHexStringLower(System.Security.Cryptography.SHA1.HashData("conf\n"u8)), Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("conf\n"u8)), ObjectHash.Of("conf\n"u8).ToString()],
            List(conf, "checksums").Select(sum => Text(sum, "checksumValue")));

        var statement = Read(project, AttestationKinds.Provenance);
        Assert.Equal("https://in-toto.io/Statement/v1", Text(statement, "_type"));
        Assert.Equal(TreeHash.Compute(built.Tree).ToString(), statement.GetProperty("subject")[0].GetProperty("digest").GetProperty("imageTreeSha512").GetString());
        var predicate = statement.GetProperty("predicate");
        Assert.Matches("^[0-9a-f-]{36}$", Text(predicate.GetProperty("runDetails").GetProperty("metadata"), "invocationId"));
        var source = Workspace.Open().Images.Get(built.Image.SourceImage)!;
        Assert.Contains(List(predicate.GetProperty("buildDefinition"), "resolvedDependencies"), dependency =>
            dependency.TryGetProperty("name", out var name) && name.GetString() == built.Image.SourceImage
            && dependency.GetProperty("digest").GetProperty("imageTreeSha512").GetString() == TreeHash.Compute(source.FileSystem!).ToString());
        await Its_vulnerable_packages_are_one_warning(project, directory, withDocuments: true);
        await Its_vulnerable_packages_are_one_warning(project, directory, withDocuments: false);
    }

    async Task Its_vulnerable_packages_are_one_warning(ImageProject project, string directory, bool withDocuments)
    {
        if (!withDocuments)
            foreach (var kind in AttestationKinds.BillsOfMaterials)
                File.Delete(AttestationKinds.FileBeside(project.ImageFile, kind));
        var listener = new RecordingListener();
        File.WriteAllText(Path.Combine(directory, "tracker.json"), """
            {"dpkg": {"CVE-2030-1": {"releases": {"bookworm": {"status": "resolved", "fixed_version": "99"}}}, "CVE-2030-2": {"releases": {"bookworm": {"status": "open"}}},
                      "CVE-2030-3": {"releases": {"bookworm": {"status": "resolved", "fixed_version": "98"}}}}}
            """);
        await new ImageBuild(Workspace.StateOf(project), listener).AuditAsync(new(["tracker.json"], ["CVE-2030-3"], WithUnfixed: false), Workspace.Workers, CancellationToken.None);
        var warning = Assert.Single(listener.Warnings);
        Assert.Equal("IMG1632", warning.Code);
        Assert.Matches(@"known vulnerabilities, 1 in 1 packages: dpkg 1\.[0-9.]+ \(CVE-2030-1; fixed in 99\)\.", warning.Message);
    }

    [ImageFact]
    public async Task What_changed_is_told_and_the_rest_is_known_from_before()
    {
        var (project, directory) = New();
        await Workspace.BuildAsync(project);
        await DescribeAsync(project);
        var state = new StateDirectory(Workspace.StateOf(project));
        var contents = File.GetLastWriteTimeUtc(state.ContentsFile);
        ImageWorkspace.Write(directory, "files/etc/app.conf", "other\n");
        ImageWorkspace.Write(directory, "files/etc/more", "more\n");
        await Workspace.BuildAsync(project);
        await DescribeAsync(project);
        Assert.Equal(contents, File.GetLastWriteTimeUtc(state.ContentsFile));
        Assert.Equal(["./etc/app.conf", "./etc/made", "./etc/more", "./etc/\uFFFD"], List(Read(project, AttestationKinds.Spdx), "files").Select(file => Text(file, "fileName")));

        // A script that takes a package away is seen, too.
        ImageWorkspace.Write(directory, "scripts/2", "#!/bin/sh\ndpkg --remove --force-all mawk\nrm -r /usr/share/doc/grep\n");
        await Workspace.BuildAsync(project);
        await DescribeAsync(project);
        var packages = PackagesOf(Read(project, AttestationKinds.Spdx));
        Assert.DoesNotContain("mawk", packages.Keys);
        Assert.Equal("NOASSERTION", Text(packages["grep"], "licenseDeclared"));
        SpdxRules.Check(Read(project, AttestationKinds.Spdx));
    }

    [ImageFact]
    public async Task They_are_published_with_the_image_that_they_describe_and_no_other()
    {
        var (project, directory) = New();
        await Workspace.BuildAsync(project);
        await DescribeAsync(project);
        var name = await Workspace.PublishAsync(project);
        var store = Workspace.Open();
        var attestations = store.Images.Get(name)!.Attestations!;
        Assert.Equal(AttestationKinds.All.Order(StringComparer.Ordinal), attestations.Keys.Order(StringComparer.Ordinal));
        using (var stored = store.Objects.OpenRead(attestations[AttestationKinds.Spdx].Object!.Value))
        using (var reader = new StreamReader(stored))
            Assert.Equal(File.ReadAllText(AttestationKinds.FileBeside(project.ImageFile, AttestationKinds.Spdx)), reader.ReadToEnd());
        Assert.Empty(store.Images.Verify(withContent: true));

        ImageWorkspace.Write(directory, "files/etc/app.conf", "not described\n");
        await Workspace.BuildAsync(project);
        Assert.Null(store.Images.Get(await Workspace.PublishAsync(project))!.Attestations);
    }

    [ImageFact]
    public async Task A_reproducible_build_says_nothing_of_the_clock()
    {
        var documents = new List<string>();
        for (var round = 0; round < 2; round++)
        {
            var (project, _) = New();
            project = project with
            {
                Stream = "test/reproducible", ImageFile = Path.Combine(Workspace.Folder, $"round {round}", "out.image"), SourceDateEpoch = 1700000000,
            };
            await Workspace.BuildAsync(project);
            await DescribeAsync(project);
            documents.Add(string.Concat(AttestationKinds.All.Select(kind => File.ReadAllText(AttestationKinds.FileBeside(project.ImageFile, kind)))));
            Directory.Delete(Workspace.StateOf(project), recursive: true);
        }
        Assert.Equal(documents[0], documents[1]);
        Assert.Contains("2023-11-14T22:13:20Z", documents[0]);
        Assert.DoesNotContain("invocationId", documents[0]);
    }

    [ImageFact]
    public async Task A_large_file_is_digested_in_the_sandbox()
    {
        var (project, directory) = New();
        ImageWorkspace.Write(directory, "scripts/1", "#!/bin/sh\nhead -c 3000000 /dev/zero > /etc/large\n");
        await Workspace.BuildAsync(project);
        await DescribeAsync(project);
        var large = List(Read(project, AttestationKinds.Spdx), "files").Single(file => Text(file, "fileName") == "./etc/large");
        Assert.Contains(List(large, "checksums"), sum => Text(sum, "checksumValue") == Convert.ToHexStringLower(System.Security.Cryptography.SHA1.HashData(new byte[3_000_000])));
    }
}
