using System.CommandLine;
using System.Security.Cryptography;
using ImageSdk.Attestations.Signing;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Hosting;
using ImageSdk.Cli.Options;
using ImageSdk.Images;
using ImageSdk.Images.Json;
using ImageSdk.Images.Text;
using ImageSdk.Posix;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk attest: signs the documents of an image, and says whether they are signed.</summary>
sealed class AttestCommand : Command
{
    public AttestCommand(CommandHost host, GlobalOptions options) : base("attest", "Sign the documents that lie beside an image file, and verify them")
    {
        foreach (var command in (ImageCommand[])[new SignCommand(), new VerifySignaturesCommand()])
        {
            command.Connect(host, options);
            Add(command);
        }
    }

    /// <summary>The documents that lie beside an image file, and the hash of its tree.</summary>
    static async Task<(FoundImage Found, string TreeHash, IReadOnlyList<(string Kind, string File)> Documents)> FindAsync(string reference, CommandContext context)
    {
        var found = await context.FindAsync(reference);
        if (!found.IsFile)
            throw new CommandException(ErrorCode.NoDocument, $"{found.Name} is no image file: name the file or the project that was built");
        var documents = AttestationKinds.All.Select(kind => (kind, AttestationKinds.FileBeside(found.Name, kind))).Where(document => File.Exists(document.Item2)).ToList();
        return documents.Count > 0 ? (found, TreeHash.Compute(found.Tree).ToString(), documents)
            : throw new CommandException(ErrorCode.NoDocument, $"there are no documents beside {found.Name}: build it with ImageSbom or ImageProvenance");
    }

    static string ReadFile(string path, string what)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ErrorCode.BadKey, $"the {what} {path} cannot be read: {exception.Message}", exception);
        }
    }

    sealed class SignCommand : ImageCommand
    {
        const string KeyVariable = "IMAGESDK_SIGNING_KEY", PasswordVariable = "IMAGESDK_SIGNING_PASSWORD";

        readonly Argument<string> image = ImageArgument();
        readonly Option<string?> key = new("--key") { Description = $"The private key, in PEM: ECDSA on P-256, or RSA [default: what the variable {KeyVariable} has]. {PasswordVariable} is its password", HelpName = "FILE" };
        readonly Option<string?> certificate = new("--certificate") { Description = "The certificate of the key, in PEM; it is part of the signatures then", HelpName = "FILE" };

        public SignCommand() : base("sign", "Sign the documents of an image: NAME.KIND.sigstore.json beside them")
        {
            Add(image);
            Add(key);
            Add(certificate);
        }

        protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
        {
            var (found, hash, documents) = await FindAsync(arguments.GetRequiredValue(image), context);
            using var signing = ReadKey(arguments, context);
            foreach (var (kind, file) in documents)
            {
                var statement = DocumentStatement.Write(kind, await File.ReadAllBytesAsync(file, context.Cancellation), Path.GetFileNameWithoutExtension(found.Name), hash);
                AtomicFile.Write(SignedStatement.FileOf(file), output => output.Write(SignedStatement.Write(statement, signing)));
                context.Host.Text.WriteLine(OneLine.Of(SignedStatement.FileOf(file)));
            }
            return ExitCode.Success;
        }

        SigningKey ReadKey(ParseResult arguments, CommandContext context)
        {
            var pem = arguments.GetValue(key) is { } path ? ReadFile(path, "key")
                : context.Host.GetVariable(KeyVariable) is { Length: > 0 } text ? text
                : throw new CommandException(ErrorCode.BadKey, $"there is no key to sign with: name its file with --key, or put it into {KeyVariable}");
            try
            {
                return SigningKey.Read(pem, arguments.GetValue(certificate) is { } file ? ReadFile(file, "certificate") : null, context.Host.GetVariable(PasswordVariable) is { Length: > 0 } password ? password : null);
            }
            catch (CryptographicException exception)
            {
                throw new CommandException(ErrorCode.BadKey, $"the key cannot be used to sign: {exception.Message}", exception);
            }
        }
    }

    sealed class VerifySignaturesCommand : ImageCommand
    {
        readonly Argument<string> image = ImageArgument();
        readonly Option<string> key = new("--key") { Description = "What is trusted, in PEM: a public key, a certificate, or the certificates of authorities", HelpName = "FILE", Required = true };

        public VerifySignaturesCommand() : base("verify", "Verify the documents of an image: exit code 0 all are signed, 1 not all, 2 error")
        {
            Add(image);
            Add(key);
        }

        protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
        {
            var (_, hash, documents) = await FindAsync(arguments.GetRequiredValue(image), context);
            DocumentVerifier verifier;
            try
            {
                verifier = new(ReadFile(arguments.GetRequiredValue(key), "key"));
            }
            catch (CryptographicException exception)
            {
                throw new CommandException(ErrorCode.BadKey, $"the key cannot be used to verify: {exception.Message}", exception);
            }
            var faults = documents.Select(document => (document.File, Fault: FindFault(document.Kind, document.File, hash, verifier))).Where(found => found.Fault is not null).ToList();
            if (context.IsJson)
                Output.JsonOutput.WriteJson(context.Host, json => json.WriteList(faults, found => json.WriteMembers(() =>
                {
                    json.WriteString("document", found.File);
                    json.WriteString("reason", found.Fault);
                })));
            else
                foreach (var (file, fault) in faults)
                    context.Host.Text.WriteLine(OneLine.Of($"{file}: {fault}"));
            return faults.Count == 0 ? ExitCode.Success : ExitCode.No;
        }

        static string? FindFault(string kind, string file, string hash, DocumentVerifier verifier)
        {
            var bundle = SignedStatement.FileOf(file);
            if (!File.Exists(bundle))
                return $"it is not signed: there is no {bundle}";
            try
            {
                var signed = SignedStatement.Read(bundle);
                return signed.FindFault(verifier) ?? DocumentStatement.FindFault(kind, signed.Payload, File.ReadAllBytes(file), hash);
            }
            catch (InvalidDataException exception)
            {
                return $"{bundle} cannot be used: {exception.Message}";
            }
        }
    }
}
