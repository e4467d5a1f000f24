using System.Diagnostics;
using ImageSdk.Posix;

namespace ImageSdk.Building.Downloads;

/// <summary>Checks OpenPGP signatures by gpgv, which apt checks its repositories with too.</summary>
sealed class SignedText(byte[] keys)
{
    const string Clear = "-----BEGIN PGP SIGNED MESSAGE-----";

    /// <summary>Whether the signature of a text is in its own file.</summary>
    public static bool IsInline(string text) => text.TrimStart().StartsWith(Clear, StringComparison.Ordinal);

    /// <param name="file">The text.</param>
    /// <param name="signature">Null where it is in the same file.</param>
    /// <returns>What was signed: text around it is no part of that.</returns>
    /// <exception cref="DownloadException">It is not signed by one of the keys, or gpgv is missing.</exception>
    public async Task<string> ReadAsync(string file, string? signature, CancellationToken cancellation)
    {
        var directory = Directory.CreateTempSubdirectory("imagesdk-gpgv-").FullName;
        try
        {
            var (keyring, output) = (Path.Combine(directory, "keyring.gpg"), Path.Combine(directory, "signed"));
            await File.WriteAllBytesAsync(keyring, keys, cancellation);
            List<string> options = ["--homedir", directory, "--status-fd", "1", "--weak-digest", "SHA1", "--keyring", keyring];
            options.AddRange(signature is null ? ["--output", output, "--", file] : ["--", signature, file]);
            var program = ProgramPath.Find("gpgv") ?? throw new DownloadException(DownloadFault.WrongSignature, "The program gpgv is missing, by which signatures are checked: apt-get install gpgv.");
            var start = new ProcessStartInfo(program, options) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
            start.Environment["LC_ALL"] = "C.UTF-8";
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var (status, errors) = (process.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None));
            try
            {
                await process.WaitForExitAsync(cancellation);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                throw;
            }
            if (Find(await status, process.ExitCode) is { } fault)
                throw new DownloadException(DownloadFault.WrongSignature, $"{fault} {Last(await errors)}".TrimEnd());
            return await File.ReadAllTextAsync(signature is null ? output : file, cancellation);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    static string? Find(string status, int exitCode)
    {
        var words = status.Split('\n').Select(line => line.Split(' ')).Where(line => line is ["[GNUPG:]", _, ..]).Select(line => (What: line[1], Key: line.ElementAtOrDefault(2) ?? "")).ToList();
        if (words.FirstOrDefault(word => word.What is "BADSIG" or "EXPSIG" or "EXPKEYSIG" or "REVKEYSIG") is { What: { } what, Key: var key })
            return what switch
            {
                "BADSIG" => $"The signature by key {key} is not of this text.",
                "EXPSIG" => $"The signature by key {key} has expired.",
                "EXPKEYSIG" => $"Key {key} has expired.",
                _ => $"Key {key} was revoked.",
            };
        if (words.Exists(word => word.What == "VALIDSIG") && words.Exists(word => word.What == "GOODSIG"))
            return null;
        var missing = words.Where(word => word.What == "NO_PUBKEY").Select(word => word.Key).Distinct().ToList();
        return missing.Count > 0 ? $"It is signed by another key ({string.Join(", ", missing)})." : $"It has no signature that can be checked (gpgv: exit code {exitCode}).";
    }

    static string Last(string errors) => errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "";
}
