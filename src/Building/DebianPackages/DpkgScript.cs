using System.Text;
using ImageSdk.Building.Worker;

namespace ImageSdk.Building.DebianPackages;

/// <summary>The script that installs a step's packages in the sandbox with the image's own dpkg, called as apt calls it.</summary>
static class DpkgScript
{
    /// <param name="mountPoint">Where the cache's packages are in the sandbox.</param>
    public static byte[] Write(InstallStep step, IReadOnlyDictionary<string, CachedPackage> files, AptSettings settings, string mountPoint)
    {
        var script = new StringBuilder("#!/bin/sh\nset -e\n");
        // As apt sets it for dpkg, whatever scripts of the image get.
        script.Append("export PATH=/usr/sbin:/usr/bin:/sbin:/bin\n");
        // dpkg-preconfigure does nothing where this program is missing.
        if (settings.Preconfigures)
            script.Append("if [ -x /usr/bin/apt-extracttemplates ]; then\n    /usr/sbin/dpkg-preconfigure --apt <<'.' || true\n")
                .AppendJoin('\n', step.Packages.Select(PathOf)).Append("\n.\nfi\n");
        foreach (var run in step.Runs())
        {
            script.Append("dpkg");
            foreach (var option in settings.DpkgOptions)
                script.Append(' ').Append(Quote(option));
            var isLast = run.Names.Count == 0;
            script.Append(isLast ? "" : " --no-triggers").Append(run.Unpacks ? " --unpack --auto-deconfigure" : " --configure").Append(isLast ? " --pending" : "");
            foreach (var name in run.Names)
                script.Append(" \\\n    ").Append(Quote(run.Unpacks ? files[name].PathBelow(mountPoint) : name));
            script.Append('\n');
        }
        return Encoding.UTF8.GetBytes(script.ToString());

        string PathOf(PlannedPackage package) => files[package.Package.Name].PathBelow(mountPoint);
    }

    static string Quote(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
