namespace ImageSdk.Cli.Errors;

/// <summary>The codes of the tool's own messages.</summary>
static class ErrorCode
{
    public const string NoDocument = "IMG6092";
    public const string NoArtifact = "IMG6140";
    public const string Usage = "IMG7101";
    public const string NoStore = "IMG7102";
    public const string UnknownImage = "IMG7103";
    public const string DamagedImage = "IMG7104";
    public const string AccessDenied = "IMG7105";
    public const string BadTarget = "IMG7106";
    public const string MissingObjects = "IMG7107";
    public const string UnpackFailed = "IMG7108";
    public const string OwnersNeedRoot = "IMG7109";
    public const string NoSpace = "IMG7110";
    public const string NoBuildLog = "IMG7111";
    public const string WithoutOwners = "IMG7112";
    public const string BadFilter = "IMG7113";
    public const string Leftover = "IMG7114";
    public const string StoreFailed = "IMG7118";
    public const string InputOutput = "IMG7119";
    public const string NoCache = "IMG7120";
    public const string NoAuthority = "IMG7130";
    public const string CertificateExists = "IMG7131";
    public const string BadCertificateTerms = "IMG7132";
    public const string DamagedCertificate = "IMG7133";
    public const string NoServer = "IMG7140";
    public const string ServerUnreachable = "IMG7141";
    public const string ServerRefuses = "IMG7142";
    public const string ServerDeniesAccess = "IMG7143";
    public const string BadCertificates = "IMG7144";
    public const string BadSpecifier = "IMG7145";
    public const string ImageExists = "IMG7146";
    public const string MissingRequiredPath = "IMG7147";
    public const string BadInputFile = "IMG7148";
    public const string ScanFailed = "IMG7149";
    public const string BadExpiry = "IMG7151";
    public const string ToolFailed = "IMG7152";
    public const string NothingFound = "IMG7153";
    public const string BadArchive = "IMG7154";
    public const string NotInImage = "IMG7155";
    public const string BadLayer = "IMG7156";
    public const string PatchFailed = "IMG7157";
    public const string ExpiringSkipped = "IMG7158";
    public const string ObjectDiffers = "IMG7159";
    public const string ServerNotVerified = "IMG7190";
    public const string AttributesLost = "IMG7191";
    public const string SubFilesChanged = "IMG7240";
    public const string SubNotScanned = "IMG7241";
    public const string BadTree = "IMG7242";
    public const string UnsupportedFlag = "IMG7243";
    public const string BuildFailed = "IMG7360";
    public const string BadVariables = "IMG7361";
    public const string BadManifestDirectory = "IMG7362";
    public const string Internal = "IMG7199";
}
