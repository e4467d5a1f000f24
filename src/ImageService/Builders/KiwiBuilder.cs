using ImageSdk.ImageService.Confinement;
using ImageSdk.ImageService.Packaging;
using ImageSdk.ImageService.Problems;
using ImageSdk.ImageService.Recipes;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Runs;
using ImageSdk.ImageService.Shells;

namespace ImageSdk.ImageService.Builders;

/// <summary>What kiwi-ng is given besides a recipe.</summary>
/// <param name="Program">Path of kiwi-ng on this machine; nodes have their own.</param>
/// <param name="CaCertificate">File of the certificate of the site's authority; empty for none.</param>
/// <param name="SigningKeys">Directory of keys that packages are signed with; empty for none.</param>
sealed record KiwiSettings(string Program, string CaCertificate, string SigningKeys);

/// <summary>Builds recipes of the type <c>kiwi-ng</c> by kiwi-ng itself.</summary>
sealed class KiwiBuilder(KiwiSettings settings, RepositoryWait repositories, JobShell shell)
{
    const string Root = "image/build/image-root";

    const string LogFile = "kiwi.log";

    const string CertificateInImage = "etc/cray/ca/certificate_authority.crt";

    // Where distributions look for authorities, and what takes them from there.
    static readonly string[] anchors = ["etc/pki/trust/anchors", "etc/pki/ca-trust/source/anchors", "usr/local/share/ca-certificates"];

    // Xz, which the root goes through, takes most of the memory otherwise; the archive is not used.
    const string Configuration = "xz:\n  - options: '-0 --threads=2'\n";

    /// <param name="folder">Where the recipe lies: "recipe" in the job's folder.</param>
    /// <exception cref="RunException">It cannot be built.</exception>
    public async Task<PackedImage> BuildAsync(RunContext run, Workplace place, Recipe recipe, string folder, CancellationToken cancellation)
    {
        if (place.Node.Length == 0 && !File.Exists(settings.Program))
            throw new RunException("IMG7621", $"There is no {settings.Program} (apt-get install kiwi, or -kiwi).");
        await RecipeTemplates.RenderAsync(run, recipe, cancellation);
        await run.SetStatusAsync(JobStatus.WaitingForRepos, cancellation);
        await repositories.RunAsync(run, Path.Combine(folder, "config.xml"), cancellation);
        await run.SetStatusAsync(JobStatus.BuildingImage, cancellation);
        AddCertificate(Path.Combine(folder, "root"));
        run.NewFolder("image");
        if (await BuildAsync(run, place, cancellation) is not 0 and var status)
        {
            var failure = new RunException("IMG7625", $"kiwi-ng ends with {status}. Its lines are above; kiwi.log in the job's folder has more.");
            if (run.Job.EnableDebug && await place.HasAsync(Root, cancellation))
            {
                run.Log.Write(failure.Line);
                await shell.OfferAsync(run, place, Root, cancellation);
            }
            if (place.Node.Length > 0 && await place.HasAsync(LogFile, cancellation))
                await place.FetchAsync(LogFile, cancellation);
            throw failure;
        }
        await TakeCertificateAsync(run, place, cancellation);
        await run.SetStatusAsync(JobStatus.PackagingArtifacts, cancellation);
        return await RootPacker.PackAsync(run, place, Root, cancellation);
    }

    async Task<int> BuildAsync(RunContext run, Workplace place, CancellationToken cancellation)
    {
        var home = Path.Combine(BuildEnvironment.Prepare(run), ".config/kiwi");
        Directory.CreateDirectory(home);
        await File.WriteAllTextAsync(Path.Combine(home, "config.yml"), Configuration, cancellation);
        List<string> arguments = ["", place.Node.Length == 0 ? settings.Program : "kiwi-ng", .. run.Job.EnableDebug ? ["--debug"] : Array.Empty<string>(), "--logfile", $"/mnt/{LogFile}", "--shared-cache-dir", "/mnt/cache", "--type", "tbz"];
        if (place.Node.Length == 0 && run.Job.Arch != Architectures.OfMachine)
            arguments.AddRange(["--target-arch", run.Job.Arch]);
        arguments.AddRange(["system", "build", "--description", "/mnt/recipe", "--target", "/mnt/image"]);
        if (settings.SigningKeys.Length > 0)
        {
            var keys = run.NewFolder("keys");
            foreach (var key in Directory.GetFiles(settings.SigningKeys).Order(StringComparer.Ordinal))
            {
                File.Copy(key, Path.Combine(keys, Path.GetFileName(key)));
                arguments.AddRange(["--signing-key", $"/mnt/keys/{Path.GetFileName(key)}"]);
            }
        }
        foreach (var folder in (string[])["recipe", "home", "image", .. settings.SigningKeys.Length > 0 ? new[] { "keys" } : []])
            await place.SendAsync(folder, cancellation);
        return await place.RunAsync(Scripts.Build, arguments, BuildEnvironment.Variables(), run.Log.Write, cancellation);
    }

    void AddCertificate(string overlay)
    {
        if (settings.CaCertificate.Length == 0)
            return;
        foreach (var place in anchors.Select(anchor => Path.Combine(anchor, "imagesdk-ims-site.crt")).Append(CertificateInImage))
        {
            var file = Path.Combine(overlay, place);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.Copy(settings.CaCertificate, file, overwrite: true);
        }
    }

    // The distribution's own program makes bundles of them, where there is one.
    async Task TakeCertificateAsync(RunContext run, Workplace place, CancellationToken cancellation)
    {
        if (settings.CaCertificate.Length == 0)
            return;
        const string script = "cd \"$1\"; run chroot \"$2\" /bin/sh -c 'PATH=/usr/sbin:/usr/bin:/sbin:/bin; for program in update-ca-certificates update-ca-trust; do if command -v $program; then exec $program; fi; done'";
        if (await place.RunAsync(script, [Root], new Dictionary<string, string>(), run.Log.Write, cancellation) != 0)
            run.Log.Write("(warning) IMG7625: The image's own program does not take the certificate of the site into its bundle.");
    }
}
